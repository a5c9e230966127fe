-- Codes that an office hands over so that a person enters the personal space without the State's identity service
-- (guard/personal/invitations.py). The session of a code reads who consulted the file, and nothing else of it.
--
-- No decision reads these rows, so they do not move the turnstile's number.

CREATE TABLE guard.invitation (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    organisation    uuid NOT NULL,             -- of the agent who handed it over
    account         uuid NOT NULL,             -- that agent
    locator         text NOT NULL,             -- the code's first symbols, which find it; no secret
    code_hash       bytea NOT NULL,            -- keyed hash of the whole code, bound to this row
    failures        integer NOT NULL,          -- wrong codes typed under this locator
    issued_at       timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    ended_at        timestamptz,               -- used, replaced or closed
    session         uuid,                      -- the person's session that it began
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX invitation_person ON guard.invitation (person);
CREATE INDEX invitation_account ON guard.invitation (account, issued_at);
CREATE INDEX invitation_session ON guard.invitation (session) WHERE session IS NOT NULL;
CREATE UNIQUE INDEX invitation_locator ON guard.invitation (locator) WHERE ended_at IS NULL;

REVOKE ALL ON guard.invitation FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.invitation TO beffroi_guard;
