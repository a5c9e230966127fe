-- Archive and erasure (guard/erasing). A file that nobody follows any more has a relation of kind `archived`; past the
-- policy's delay it is put on a list, which two people sign off, and is erased in steps. What may name a person here
-- goes with them: their list keeps counts, and guard.erased the random id.

CREATE TABLE guard.erasure_list (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,  -- that followed these people last; the network's own
    status          text NOT NULL,             -- open, signed, done
    digest          bytea NOT NULL,            -- SHA-256 of the list as it stands (core/erasing.py)
    people          integer NOT NULL,          -- lines of the list
    prepared_at     timestamptz NOT NULL,
    signed_at       timestamptz,
    request         uuid,                      -- the request that was agreed to
    erased          integer NOT NULL,
    kept            integer NOT NULL,          -- no longer due when their turn came
    reached         uuid,                      -- the last person whose turn came: the next step goes on after them
    ended_at        timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE UNIQUE INDEX erasure_list_open ON guard.erasure_list (organisation) WHERE status = 'open';

-- The lines, under the digest of their list: a line more, less or changed and nothing of the list is carried out.
CREATE TABLE guard.erasure_line (
    list            uuid NOT NULL REFERENCES guard.erasure_list,
    person          uuid NOT NULL,
    ended_at        timestamptz NOT NULL,      -- end of the last relation; of a file without any, when it came
    PRIMARY KEY (list, person)
);
CREATE INDEX erasure_line_person ON guard.erasure_line (person);

CREATE TABLE guard.erasure_hold (              -- a file that a list may not take, and why
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    organisation    uuid NOT NULL,             -- whose list it was taken from
    reason          text NOT NULL,             -- a code of core/erasing.py
    held_by         uuid NOT NULL,
    held_at         timestamptz NOT NULL,
    until_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX erasure_hold_person ON guard.erasure_hold (person);
CREATE INDEX erasure_hold_organisation ON guard.erasure_hold (organisation) WHERE ended_at IS NULL;

CREATE INDEX erased_at ON guard.erased (erased_at, person);

REVOKE ALL ON guard.erasure_list, guard.erasure_line, guard.erasure_hold FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.erasure_list TO beffroi_guard;
GRANT SELECT, INSERT, DELETE ON guard.erasure_line TO beffroi_guard;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.erasure_hold TO beffroi_guard;
GRANT DELETE ON guard.transfer TO beffroi_guard;
