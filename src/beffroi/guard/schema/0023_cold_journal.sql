-- Files of the journal's past (guard/retention), and the end of a month's partition once files hold it.

CREATE TABLE guard.cold_file (                 -- one Parquet file; what is said here was journaled when it was written
    id              uuid PRIMARY KEY,
    name            text NOT NULL,             -- inside the folder of files
    layout          text NOT NULL,             -- day, time, account, person
    from_at         timestamptz NOT NULL,
    until_at        timestamptz NOT NULL,      -- exclusive; days and months are those of UTC, as partitions are
    rows            bigint NOT NULL,
    first_entry     bigint NOT NULL,           -- 0 without rows
    last_entry      bigint NOT NULL,
    size            bigint NOT NULL,           -- bytes
    sha256          bytea NOT NULL,
    kinds           text NOT NULL,             -- kinds of entries it holds, sorted, by commas; '' when it holds all
    written_at      timestamptz NOT NULL,
    ended_at        timestamptz,               -- deleted: merged into its month, or at the end of its keeping
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE UNIQUE INDEX cold_file_live ON guard.cold_file (name) WHERE ended_at IS NULL;

REVOKE ALL ON guard.cold_file FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.cold_file TO beffroi_guard;

-- Takes the partition of one month away, for ever. The owner alone may: the guard's own role can never lose a row.
-- The caller has compared files and rows; here only what must still be true under the lock is asked again.
CREATE FUNCTION guard.end_journal_month(month timestamptz, expected bigint, first_entry bigint, last_entry bigint)
    RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
    SET lock_timeout = '5s' AS $$
DECLARE
    name text := 'journal_' || to_char(month, 'YYYY_MM');
    held bigint;
    low bigint;
    high bigint;
BEGIN
    IF month <> date_trunc('month', month) OR month + interval '4 months' > clock_timestamp() THEN
        RAISE EXCEPTION 'a whole month, over for three months at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE guard.journal IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT count(*), coalesce(min(entry), 0), coalesce(max(entry), 0) FROM guard.%I', name)
        INTO held, low, high;
    IF held <> expected OR low <> first_entry OR high <> last_entry THEN
        RAISE EXCEPTION 'the month % is not what its file holds', to_char(month, 'YYYY-MM')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    EXECUTE format('ALTER TABLE guard.journal DETACH PARTITION guard.%I', name);
    EXECUTE format('DROP TABLE guard.%I', name);
END $$;
REVOKE ALL ON FUNCTION guard.end_journal_month(timestamptz, bigint, bigint, bigint) FROM PUBLIC;
