-- Transfers of a person from the organisation that follows them to another (guard/relating/transferring.py): asked by
-- an agent of one of the two, agreed by an agent of the other. Only random ids: who the person was, nobody can tell
-- once they are erased.

CREATE TABLE guard.transfer (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    giving          uuid NOT NULL REFERENCES guard.organisation,
    receiving       uuid NOT NULL REFERENCES guard.organisation,
    organisation    uuid NOT NULL REFERENCES guard.organisation,  -- the side that asked: one of the two
    reason          text NOT NULL,             -- a code of core/relating.py
    asked_by        uuid NOT NULL,
    asked_at        timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    status          text NOT NULL,             -- asked, agreed, refused, withdrawn
    answer          text,                      -- why refused or withdrawn, a code of core/relating.py
    decided_by      uuid,
    decided_at      timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX transfer_giving ON guard.transfer (giving, asked_at);
CREATE INDEX transfer_receiving ON guard.transfer (receiving, asked_at);
CREATE INDEX transfer_person ON guard.transfer (person) WHERE status = 'asked';

REVOKE ALL ON guard.transfer FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.transfer TO beffroi_guard;
