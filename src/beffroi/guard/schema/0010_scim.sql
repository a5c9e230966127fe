-- Partners' directories (SCIM 2.0, RFC 7643 and 7644): tokens, what a directory told of its people, whom it asks to
-- admit, and who leaves.

CREATE TABLE guard.scim_token (                -- the credential of one organisation's directory; nothing of it grants
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    token_hash      bytea NOT NULL UNIQUE,     -- SHA-256 of 256 random bits, shown once
    created_by      text NOT NULL,             -- operator of the host
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    last_used_at    timestamptz,               -- outside the MAC, as the two columns of the rate: they only shorten
    hour            bigint NOT NULL DEFAULT 0, -- whole hours since the Unix epoch
    asked           integer NOT NULL DEFAULT 0,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX scim_token_organisation ON guard.scim_token (organisation);

CREATE TABLE guard.directory_entry (           -- what an organisation's directory told of one of its people
    id              uuid PRIMARY KEY,          -- owner of the key below
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    resource        uuid NOT NULL,             -- the id the directory knows: its account's, or this row's own
    account         uuid REFERENCES guard.account,  -- null until somebody was admitted
    email_index     uuid NOT NULL,             -- blind indexes of userName and externalId
    external_index  uuid,
    wrapped_key     bytea NOT NULL,
    epoch           integer NOT NULL,
    sealed          bytea NOT NULL,            -- ciphertext: userName, names, title, externalId
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    removed_at      timestamptz,               -- deleted by the directory: hidden while without access
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX directory_entry_resource ON guard.directory_entry (organisation, resource);
CREATE INDEX directory_entry_email ON guard.directory_entry (organisation, email_index);
CREATE INDEX directory_entry_external ON guard.directory_entry (organisation, external_index);
CREATE INDEX directory_entry_account ON guard.directory_entry (account);

CREATE TABLE guard.admission (                 -- somebody a directory asks to admit; waits for a manager
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    source          text NOT NULL,             -- scim
    entry           uuid NOT NULL,             -- directory_entry; emptied when the directory withdraws it
    account         uuid,                      -- the account to give back, or the one it became; null: nobody yet
    status          text NOT NULL,             -- awaiting-manager, taken-up, dismissed, withdrawn
    created_at      timestamptz NOT NULL,
    closed_at       timestamptz,
    closed_by       uuid,                      -- account of the manager; null: withdrawn by the directory
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX admission_waiting ON guard.admission (organisation) WHERE status = 'awaiting-manager';
CREATE INDEX admission_entry ON guard.admission (entry);

CREATE TABLE guard.leaver (                    -- somebody leaves an organisation, by whoever's word
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL REFERENCES guard.account,
    organisation    uuid REFERENCES guard.organisation,  -- null: an account that holds nothing anywhere
    source          text NOT NULL,             -- scim, hr, manager, idle
    status          text NOT NULL,             -- done, waiting (past the machine's limit), confirmed, dismissed
    created_at      timestamptz NOT NULL,
    decided_at      timestamptz,               -- done, confirmed or dismissed
    decided_by      uuid,                      -- account of the person who did; null: a machine
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
-- One waiting row an account and organisation: whoever writes one holds the turnstile and looks first (a unique index
-- would refuse rows that a restore writes in another order).
CREATE INDEX leaver_waiting ON guard.leaver (account) WHERE status = 'waiting';
CREATE INDEX leaver_done ON guard.leaver (decided_at) WHERE status = 'done';

REVOKE ALL ON guard.scim_token, guard.directory_entry, guard.admission, guard.leaver FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.scim_token, guard.directory_entry, guard.admission, guard.leaver
    TO beffroi_guard;
