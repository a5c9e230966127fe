-- Codes that people make at a reception desk: who types one there makes their organisation follow its person
-- (guard/personal/presence_codes.py).
--
-- No decision reads these rows, so they do not move the turnstile's number.

CREATE TABLE guard.presence_code (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,             -- who made it, after a proven identity
    organisation    uuid NOT NULL,             -- where it serves, and nowhere else
    code_hash       bytea NOT NULL,            -- keyed hash of the code and the organisation
    made_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    ended_at        timestamptz,               -- used, taken back, or ended by the guard
    ending          text,                      -- used or taken-back; null where the guard ended it
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX presence_code_person ON guard.presence_code (person, made_at);
CREATE INDEX presence_code_over ON guard.presence_code (expires_at);
CREATE UNIQUE INDEX presence_code_hash ON guard.presence_code (code_hash) WHERE ended_at IS NULL;

REVOKE ALL ON guard.presence_code FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.presence_code TO beffroi_guard;
