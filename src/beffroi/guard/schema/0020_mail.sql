-- People are told by mail: what is to be told is written with the fact it tells, and leaves later (guard/notifying).
-- Neither table holds an address, a name or a text: who is told, which template, and ids, days, counts and codes.

CREATE TABLE guard.mail (                      -- one mail to one account; the worker claims, sends and marks it
    id              uuid PRIMARY KEY,          -- also its Message-ID: a mail sent twice is recognised
    recipient       uuid NOT NULL REFERENCES guard.account,
    gathered        boolean NOT NULL,          -- holds what was gathered over an hour, not one message alone
    composed_at     timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,      -- next attempt; of one under way, when another worker may take it over
    attempts        integer NOT NULL DEFAULT 0,
    sent_at         timestamptz,               -- taken by the mail server
    failed_at       timestamptz,               -- never to be tried again
    failure         text,                      -- a code: why the last attempt failed
    CHECK (sent_at IS NULL OR failed_at IS NULL)
);
CREATE INDEX mail_due ON guard.mail (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX mail_recipient ON guard.mail (recipient, composed_at);
CREATE INDEX mail_composed ON guard.mail (composed_at);

CREATE TABLE guard.message (                   -- something to tell one account, once
    id              uuid PRIMARY KEY,
    recipient       uuid NOT NULL REFERENCES guard.account,
    template        text NOT NULL,             -- code of guard/notifying/templates.py
    about           text NOT NULL,             -- what it is about: the same is not told twice to the same account
    refs            text NOT NULL,             -- canonical JSON: ids, days, counts, codes
    created_at      timestamptz NOT NULL,
    mac             bytea NOT NULL,            -- over all of the above: nobody makes the guard write to people
    due_at          timestamptz NOT NULL,      -- looked at again then
    mail            uuid REFERENCES guard.mail,
    dropped_at      timestamptz,               -- nothing to tell any more: what it asked for was done
    UNIQUE (recipient, template, about)
);
CREATE INDEX message_waiting ON guard.message (due_at) WHERE mail IS NULL AND dropped_at IS NULL;
CREATE INDEX message_mail ON guard.message (mail);

REVOKE ALL ON guard.mail, guard.message FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.mail, guard.message TO beffroi_guard;
