-- In which applications a habilitation serves: one row for each that was asked for and agreed. None, none: a session of
-- another application is refused (guard/decisions). Habilitations that exist already get their rows in this same
-- transaction, from the guard's own program, which alone can authenticate them (guard/habilitations/applications.py).

-- The turn first, as every command takes it: what follows locks guard.habilitation against whoever holds the turn.
UPDATE guard.turnstile SET number = number + 1;

CREATE TABLE guard.habilitation_application (
    id              uuid PRIMARY KEY,
    habilitation    uuid NOT NULL REFERENCES guard.habilitation,
    application     text NOT NULL REFERENCES guard.application,
    ended_at        timestamptz,               -- it serves there no more
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    UNIQUE (habilitation, application)         -- the decision looks up the pair
);

-- Guards remember whether a session's habilitation serves in its application (0006).
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON guard.habilitation_application
    FOR EACH STATEMENT WHEN (current_setting('beffroi.batch', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION guard.note_change();

REVOKE ALL ON guard.habilitation_application FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.habilitation_application TO beffroi_guard;
