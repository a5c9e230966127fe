-- The journal's months, and the progress of bulk imports.

-- Runs with the owner's rights, so that the guard can prepare the coming months without owning its tables.
CREATE FUNCTION guard.ensure_journal_partitions(months integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz := date_trunc('month', clock_timestamp());
    name text;
BEGIN
    IF months NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'between 0 and 24 months ahead' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(3204383235);              -- two guards may ask at the same instant
    FOR ahead IN 0 .. months LOOP
        name := 'journal_' || to_char(month, 'YYYY_MM');
        IF to_regclass('guard.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE guard.%I PARTITION OF guard.journal FOR VALUES FROM (%L) TO (%L)',
                name, month, month + interval '1 month');
            EXECUTE format('CREATE TRIGGER keep_whole BEFORE TRUNCATE ON guard.%I
                FOR EACH STATEMENT EXECUTE FUNCTION guard.keep_journal()', name);
        END IF;
        month := month + interval '1 month';
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION guard.ensure_journal_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.ensure_journal_partitions(integer) TO beffroi_guard;

CREATE TABLE guard.import_job (                -- one bulk import of one file; the file is known by its digest
    id              uuid PRIMARY KEY,
    file_sha256     bytea NOT NULL UNIQUE,     -- the same file is never imported twice
    size            bigint NOT NULL,           -- bytes
    operator        text NOT NULL,             -- system account of who runs it
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz
);

CREATE TABLE guard.import_chunk (              -- written in the same transaction as the people of the chunk
    job             uuid NOT NULL REFERENCES guard.import_job,
    number          integer NOT NULL,          -- 0, 1, 2… in the order of the file
    people          integer NOT NULL,
    refused         integer NOT NULL,
    problems        text NOT NULL,             -- JSON: line, column, reason of each bad row; never a value
    PRIMARY KEY (job, number)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON guard.import_job, guard.import_chunk TO beffroi_guard;
REVOKE INSERT, UPDATE, DELETE ON guard.migration FROM beffroi_guard;
