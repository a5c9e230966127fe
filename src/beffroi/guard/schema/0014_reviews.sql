-- Reviews of rights (guard/reviewing): quarterly campaigns by organisation, a line for each habilitation, and what
-- reviewers signed.

CREATE TABLE guard.campaign (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    opened_at       timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,      -- what nobody kept by then is suspended
    closed_at       timestamptz,               -- when the deadline was swept
    reminded        smallint,                  -- the last reminder given, in days before the deadline
    digest          bytea NOT NULL,            -- SHA-256 of the habilitations it asks about: none may go missing
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE UNIQUE INDEX campaign_open ON guard.campaign (organisation) WHERE closed_at IS NULL;
CREATE INDEX campaign_organisation ON guard.campaign (organisation, due_at);

CREATE TABLE guard.sitting (                   -- verdicts that one reviewer prepared, then signed at once
    id              uuid PRIMARY KEY,
    campaign        uuid NOT NULL REFERENCES guard.campaign,
    reviewer        uuid NOT NULL REFERENCES guard.account,
    content         text NOT NULL,             -- canonical JSON: ids and verdicts, no name
    digest          bytea NOT NULL,            -- SHA-256 of the content, its nonce included
    created_at      timestamptz NOT NULL,
    signed_at       timestamptz,               -- unsigned ones are deleted after a day
    factor          uuid,                      -- the passkey that signed
    nonce           bytea,
    challenge       bytea,                     -- what it signed: a hash over the digest and the nonce
    assertion       text,                      -- the authenticator's own answer (Web Authentication, section 5.2.2)
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX sitting_campaign ON guard.sitting (campaign);
CREATE INDEX sitting_unsigned ON guard.sitting (created_at) WHERE signed_at IS NULL;

CREATE TABLE guard.review (                    -- one habilitation in one campaign
    id              uuid PRIMARY KEY,
    campaign        uuid NOT NULL REFERENCES guard.campaign,
    habilitation    uuid NOT NULL REFERENCES guard.habilitation,
    account         uuid NOT NULL,
    reasons         text[] NOT NULL,           -- why it is looked at alone, the gravest first; none: together
    facts           text NOT NULL,             -- canonical JSON: what the reviewer sees, as of the opening
    verdict         text,                      -- keep, remove; silent, gone: said by the machine at the deadline
    reviewer        uuid,
    sitting         uuid REFERENCES guard.sitting,
    at              timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    UNIQUE (campaign, habilitation)
);
CREATE INDEX review_undecided ON guard.review (campaign) WHERE verdict IS NULL;
CREATE INDEX review_account ON guard.review (account);

REVOKE ALL ON guard.campaign, guard.sitting, guard.review FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.campaign, guard.sitting, guard.review TO beffroi_guard;
GRANT DELETE ON guard.sitting TO beffroi_guard;
