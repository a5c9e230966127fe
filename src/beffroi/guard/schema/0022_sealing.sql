-- The sealed journal: how far the tree goes, the keys of its days, what its witnesses saw. The tree itself is in the
-- store (guard/sealing/store.py); whatever is here can be computed again from the journal and compared with it.

CREATE TABLE guard.sealed (                    -- one row, written by the sealer in the worker
    id              text PRIMARY KEY CHECK (id = 'journal'),
    origin          text NOT NULL,             -- the log's name, the first line of its checkpoints
    size            bigint NOT NULL,           -- leaves whose tiles are durable in the store
    root            bytea NOT NULL,            -- root of their tree: one only for each size, ever
    last_entry      bigint NOT NULL,           -- journal number of the last leaf
    published_size  bigint NOT NULL,           -- of the last checkpoint given to the public; never above size
    published_entry bigint NOT NULL,           -- journal number of its last leaf: guards compare it with the journal
    sealed_at       timestamptz NOT NULL,
    version         bigint NOT NULL,
    mac             bytea NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE guard.day_key (                   -- salts the commitments of one day; destroyed when the day is forgotten
    id              uuid PRIMARY KEY,          -- its 16 bytes: day-key/ and the day, as 20261127
    day             date NOT NULL UNIQUE,      -- UTC
    wrapped_key     bytea NOT NULL,            -- wrapped by the master key of `epoch`, bound to the id
    epoch           integer NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE TABLE guard.witness (                   -- what each configured witness last did; grants nothing
    name            text PRIMARY KEY,
    size            bigint NOT NULL,           -- last tree it cosigned
    cosigned_at     timestamptz,
    failures        integer NOT NULL           -- in a row
);

GRANT SELECT, INSERT, UPDATE, DELETE ON guard.sealed, guard.day_key, guard.witness TO beffroi_guard;
REVOKE DELETE ON guard.sealed FROM beffroi_guard;

-- After a loss was accepted the log goes on behind what it already sealed: numbers of lost entries are not used again.
CREATE FUNCTION guard.skip_entries(beyond bigint) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT setval('guard.journal_entry_seq', greatest(beyond, (SELECT last_value FROM guard.journal_entry_seq)));
$$;
REVOKE ALL ON FUNCTION guard.skip_entries(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.skip_entries(bigint) TO beffroi_guard;
