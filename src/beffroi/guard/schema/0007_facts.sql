-- The facts of rows that grant, cap or authenticate, in the journal (guard/folding): found without reading the rest of
-- it. Openings are no facts, and write nothing here.
CREATE INDEX journal_fact ON guard.journal (entry) WHERE kind IN ('fact', 'baseline');

-- When a fact was written: when its transaction began, never behind the last journal instant. A command that read the
-- clock before it wrote the row appends its own entry afterwards, and the journal's instants stay in order.
CREATE FUNCTION guard.recorded() RETURNS timestamptz LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    present timestamptz := transaction_timestamp();
    last timestamptz;
BEGIN
    IF to_regnamespace('beffroi_scratch') IS NOT NULL THEN
        present := present + coalesce((SELECT shift FROM guard.drill_clock), '0');
    END IF;
    SELECT at INTO last FROM guard.journal ORDER BY entry DESC LIMIT 1;
    RETURN greatest(present, last);
END $$;

REVOKE ALL ON FUNCTION guard.recorded() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.recorded() TO beffroi_guard;

-- A look at every row reads the sessions that may still live, and none of the years before.
CREATE INDEX session_created ON guard.session (created_at);
