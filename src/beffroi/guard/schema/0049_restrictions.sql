-- Restrictions of what may be done with a file (guard/restricting): what the organisation decided, on which ground, for
-- which request. What a decision reads of it is the relation of kind `restricted`, which begins and ends with the row.
CREATE TABLE guard.restriction (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    ground          text NOT NULL,             -- a code of core/restricting.py
    request         uuid,                      -- of guard.person_request, where one was registered
    since_at        timestamptz NOT NULL,
    decided_by      uuid NOT NULL,
    told_at         timestamptz,               -- the first instant of the day on which the person was told of the end
    lifted_at       timestamptz,
    lifted_by       uuid,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX restriction_organisation ON guard.restriction (organisation, since_at);
CREATE UNIQUE INDEX restriction_person ON guard.restriction (person, organisation) WHERE lifted_at IS NULL;

REVOKE ALL ON guard.restriction FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.restriction TO beffroi_guard;
