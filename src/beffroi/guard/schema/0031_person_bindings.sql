-- Which identity of the provider of people opens which file (guard/personal/matching.py): said by the first match, for
-- good. Another identity for the file, or another file for the identity, opens nothing and alerts security.
--
-- No decision reads these rows, so they do not move the turnstile's number.

CREATE TABLE guard.person_binding (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL UNIQUE,
    subject_index   uuid NOT NULL UNIQUE,      -- blind index of the provider's issuer and subject
    bound_at        timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

REVOKE ALL ON guard.person_binding FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.person_binding TO beffroi_guard;
