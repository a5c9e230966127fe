-- Consultations by one account that people are not shown yet, while an investigation goes on (guard/personal/delays.py).
--
-- No decision reads these rows, so they do not move the turnstile's number.

CREATE TABLE guard.delay (
    id              uuid PRIMARY KEY,
    request         uuid NOT NULL,             -- agreed by a second person
    account         uuid NOT NULL,             -- whose consultations
    from_at         timestamptz NOT NULL,      -- made in this window, its end excluded
    until_at        timestamptz NOT NULL,
    shown_at        timestamptz NOT NULL,      -- from when on they are shown, whatever happens
    renews          uuid UNIQUE,               -- the delay that this one continues: once
    decided_at      timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX delay_account ON guard.delay (account);
CREATE INDEX delay_end ON guard.delay (shown_at);

REVOKE ALL ON guard.delay FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.delay TO beffroi_guard;
