-- The sole clock: PostgreSQL's, never behind the last journal instant; days and hours of budgets come from it.

-- Drills play a day in a minute by shifting the clock of a throw-away database. Without the mark that only the
-- administrator can set (schema beffroi_scratch) the shift can be neither written nor read.
CREATE TABLE guard.drill_clock (
    "only"          boolean PRIMARY KEY DEFAULT true CHECK ("only"),
    shift           interval NOT NULL
);

CREATE FUNCTION guard.keep_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_regnamespace('beffroi_scratch') IS NULL THEN
        RAISE EXCEPTION 'the clock can be shifted in a throw-away database only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON guard.drill_clock FOR EACH ROW EXECUTE FUNCTION guard.keep_clock();

CREATE FUNCTION guard.instant() RETURNS timestamptz LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    present timestamptz := clock_timestamp();
    last timestamptz;
BEGIN
    IF to_regnamespace('beffroi_scratch') IS NOT NULL THEN
        present := present + coalesce((SELECT shift FROM guard.drill_clock), '0');
    END IF;
    SELECT at INTO last FROM guard.journal ORDER BY entry DESC LIMIT 1;
    RETURN greatest(present, last);
END $$;

REVOKE ALL ON guard.drill_clock FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.drill_clock TO beffroi_guard;
REVOKE ALL ON FUNCTION guard.instant(), guard.keep_clock() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.instant() TO beffroi_guard;
