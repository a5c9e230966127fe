-- Messages of an office to people it follows (guard/messaging). Neither table holds an address, a name or a text.

CREATE TABLE guard.notice (                    -- one message, to one person or to many; its code is on each of its letters
    id              uuid PRIMARY KEY,
    code            text NOT NULL UNIQUE,      -- core/marks.py: anybody may check it on the public page
    subject         text NOT NULL,             -- core/messaging.py
    day             text,                      -- YYYY-MM-DD
    hour            text,                      -- HH:MM
    account         uuid NOT NULL REFERENCES guard.account,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    people          integer NOT NULL,          -- so many letters
    made_at         timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX notice_account ON guard.notice (account, organisation, made_at);

CREATE TABLE guard.letter (                    -- that message to one person; the worker claims, sends and marks it
    id              uuid PRIMARY KEY,          -- also its Message-ID: one sent twice is recognised
    notice          uuid NOT NULL,             -- under the MAC: a letter of no notice is not sent
    person          uuid NOT NULL,             -- their erasure deletes it (I-13)
    made_at         timestamptz NOT NULL,
    mac             bytea NOT NULL,            -- over all of the above: nobody makes the guard write to people
    due_at          timestamptz NOT NULL,      -- next attempt; of one under way, when another worker may take it over
    attempts        integer NOT NULL DEFAULT 0,
    sent_at         timestamptz,               -- taken by the mail server
    failed_at       timestamptz,               -- never to be tried again
    failure         text                       -- a code: why the last attempt failed
);
CREATE INDEX letter_due ON guard.letter (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX letter_notice ON guard.letter (notice);
CREATE INDEX letter_person ON guard.letter (person);

REVOKE ALL ON guard.notice, guard.letter FROM PUBLIC;
GRANT SELECT, INSERT ON guard.notice TO beffroi_guard;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.letter TO beffroi_guard;
