-- Personal data breaches that two people declared (guard/breaches): people see those that concern them.
--
-- No decision reads these rows, so they do not move the turnstile's number. Whom a breach concerns is in the journal.

CREATE TABLE guard.breach (
    id              uuid PRIMARY KEY,
    request         uuid NOT NULL,             -- agreed by a second person
    organisation    uuid NOT NULL,             -- whose officer declared it
    scope           text NOT NULL,             -- account, organisation or application
    ids             text NOT NULL,             -- UUIDs or an application's code, sorted, one space between
    from_at         timestamptz NOT NULL,      -- openings of this window, its end excluded
    until_at        timestamptz NOT NULL,
    cause           text NOT NULL,
    declared_at     timestamptz NOT NULL,
    withdrawn_at    timestamptz,               -- it was declared by mistake, two people said
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

REVOKE ALL ON guard.breach FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.breach TO beffroi_guard;
