-- Requests of the people concerned (guard/person_rights): codes, days and random ids. What was asked and answered in
-- words is not here. The row stays when the person is erased: that the request was answered must be shown.
CREATE TABLE guard.person_request (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    article         text NOT NULL,             -- a code of core/person_rights.py
    received_at     timestamptz NOT NULL,      -- the first instant of the day of receipt, Europe/Paris
    state           text NOT NULL,
    extended        text,                      -- why the answer takes two months more
    reason          text,                      -- why it was refused
    registered_by   uuid NOT NULL,
    registered_at   timestamptz NOT NULL,
    moved_by        uuid,
    moved_at        timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX person_request_organisation ON guard.person_request (organisation, received_at);
CREATE INDEX person_request_person ON guard.person_request (person);

REVOKE ALL ON guard.person_request FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.person_request TO beffroi_guard;
