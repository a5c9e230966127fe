-- The personal space (guard/personal): people who sign in to see who consulted their file, and what they report.
--
-- None of these rows is read by a decision, so none moves the turnstile's number.

CREATE TABLE guard.person_session (
    id              uuid PRIMARY KEY,
    handle_hash     bytea UNIQUE,              -- SHA-256 of the opaque handle; null until redeemed
    application     text NOT NULL,
    person          uuid NOT NULL,
    client_hash     bytea,                     -- fingerprint of the client it was given to
    logout_hint     bytea,                     -- ciphertext of the ID token, for RP-initiated logout
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,      -- outside the MAC: only ever shortens the session's life
    revoked_at      timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX person_session_person ON guard.person_session (person);
CREATE INDEX person_session_end ON guard.person_session (expires_at);

CREATE TABLE guard.person_handover (           -- one-time code that the application redeems for a person's handle
    code_hash       bytea PRIMARY KEY,
    application     text NOT NULL,
    bound           bytea NOT NULL,            -- MAC of the code, the browser's state and all the code stands for
    session         uuid NOT NULL,
    expires_at      timestamptz NOT NULL,
    redeemed_at     timestamptz
);

CREATE TABLE guard.report (                    -- a consultation that its person does not recognise; grants nothing
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    entry           bigint NOT NULL,           -- of the journal: the consultation
    consulted_at    timestamptz NOT NULL,
    account         uuid,                      -- who consulted, for the security officers who look into it
    organisation    uuid,                      -- in whose name
    standing        text NOT NULL CHECK (standing IN ('received', 'examined', 'answered')),
    answer          text CHECK ((answer IS NOT NULL) = (standing = 'answered')),
    reported_at     timestamptz NOT NULL,
    examined_at     timestamptz,
    examined_by     uuid,
    answered_at     timestamptz,
    answered_by     uuid,
    UNIQUE (person, entry)
);
CREATE INDEX report_person ON guard.report (person, reported_at);
CREATE INDEX report_open ON guard.report (reported_at) WHERE standing <> 'answered';

REVOKE ALL ON guard.person_session, guard.person_handover, guard.report FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.person_session, guard.person_handover, guard.report TO beffroi_guard;
