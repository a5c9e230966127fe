-- What a person did not recognise carries a MAC like its neighbours (I-16): an answer slipped in behind the guard, a
-- report made to look answered, or taken away, is noticed. Rows that exist are stamped by the program in this file's
-- transaction (guard/personal/adopting.py).

-- The turn first, as every transaction takes it: a guard that has it and then reads reports would wait for this file,
-- which waits for the turn to write what it journals.
SELECT number FROM guard.turnstile FOR UPDATE;

ALTER TABLE guard.report
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN mac bytea NOT NULL DEFAULT '';
ALTER TABLE guard.report ALTER COLUMN version DROP DEFAULT, ALTER COLUMN mac DROP DEFAULT;

-- A program from before this file changes a report and leaves its MAC: refused, rather than reported as a forgery. What
-- it inserts has no MAC, which is refused as well.
CREATE FUNCTION guard.keep_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.mac = OLD.mac THEN
        RAISE EXCEPTION 'guard.% is changed with its MAC', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION guard.keep_stamp() FROM PUBLIC;
CREATE TRIGGER keep_stamp BEFORE UPDATE ON guard.report FOR EACH ROW EXECUTE FUNCTION guard.keep_stamp();
