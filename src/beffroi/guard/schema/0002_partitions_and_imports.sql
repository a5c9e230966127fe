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
    PERFORM 1 FROM guard.turnstile FOR UPDATE;              -- two guards may ask at the same instant
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

-- A first import into an empty table is twice as fast when the indexes are built once, at the end. With the owner's
-- rights, and on empty tables only: the guard can never slow a living database down by it.
CREATE FUNCTION guard.set_aside_indexes() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE guard.person, guard.relation IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM guard.person) OR EXISTS (SELECT FROM guard.relation) THEN
        RETURN false;
    END IF;
    DROP INDEX IF EXISTS guard.person_blind_nir, guard.person_blind_agency_id, guard.person_blind_email,
        guard.person_blind_phone, guard.person_blind_name, guard.person_blind_birth_name, guard.relation_referent,
        guard.relation_organisation;
    RETURN true;
END $$;

CREATE FUNCTION guard.restore_index(name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE name
        WHEN 'person_blind_nir' THEN
            CREATE INDEX IF NOT EXISTS person_blind_nir ON guard.person (blind_nir);
        WHEN 'person_blind_agency_id' THEN
            CREATE INDEX IF NOT EXISTS person_blind_agency_id ON guard.person (blind_agency_id);
        WHEN 'person_blind_email' THEN
            CREATE INDEX IF NOT EXISTS person_blind_email ON guard.person (blind_email);
        WHEN 'person_blind_phone' THEN
            CREATE INDEX IF NOT EXISTS person_blind_phone ON guard.person (blind_phone);
        WHEN 'person_blind_name' THEN
            CREATE INDEX IF NOT EXISTS person_blind_name ON guard.person (blind_name);
        WHEN 'person_blind_birth_name' THEN
            CREATE INDEX IF NOT EXISTS person_blind_birth_name ON guard.person (blind_birth_name);
        WHEN 'relation_referent' THEN
            CREATE INDEX IF NOT EXISTS relation_referent ON guard.relation (referent) WHERE referent IS NOT NULL;
        WHEN 'relation_organisation' THEN
            CREATE INDEX IF NOT EXISTS relation_organisation ON guard.relation (organisation);
    END CASE;
END $$;
REVOKE ALL ON FUNCTION guard.set_aside_indexes(), guard.restore_index(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.set_aside_indexes(), guard.restore_index(text) TO beffroi_guard;
