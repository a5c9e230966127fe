-- Four eyes: requests that somebody makes and others approve (guard/approvals), and what they bring into being.

CREATE TABLE guard.request (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,             -- access, confirmation, restoration… (guard/approvals/registry.py)
    requester       uuid NOT NULL REFERENCES guard.account,
    beneficiary     uuid,                      -- the account concerned; null while there is none yet
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    digest          bytea NOT NULL,            -- SHA-256 of the canonical request, its nonce included
    sealed          bytea NOT NULL,            -- the canonical request, under the requester's own key
    needed          integer NOT NULL,          -- approvals it takes, each by another person
    status          text NOT NULL,             -- pending, approved, refused, withdrawn, expired
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX request_pending ON guard.request (organisation, created_at) WHERE status = 'pending';
CREATE INDEX request_requester ON guard.request (requester, created_at);
CREATE INDEX request_beneficiary ON guard.request (beneficiary);

CREATE TABLE guard.approval (                  -- one person's word on a request, with the proof of it
    id              uuid PRIMARY KEY,
    request         uuid NOT NULL REFERENCES guard.request,
    approver        uuid NOT NULL REFERENCES guard.account,
    verdict         text NOT NULL,             -- approve, refuse
    at              timestamptz NOT NULL,
    factor          uuid,                      -- the passkey that signed; null for a refusal
    challenge       bytea,                     -- what it signed: a hash over the request's digest and a nonce
    nonce           bytea,
    assertion       text,                      -- the authenticator's own answer (Web Authentication, section 5.2.2)
    reason          bytea,                     -- ciphertext of a refusal's reason, under the approver's own key
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    UNIQUE (request, approver)
);

CREATE TABLE guard.origin (                    -- the request that a habilitation came from: who asked, who agreed
    id              uuid PRIMARY KEY REFERENCES guard.habilitation,
    request         uuid NOT NULL REFERENCES guard.request,
    requested_by    uuid NOT NULL,
    approved_by     uuid NOT NULL,
    enrolled_by     uuid,                      -- who handed the code over, having seen a proof of identity
    proof           text,                      -- which proof: identity-card, passport, residence-permit…
    trained_at      timestamptz,
    begun_at        timestamptz,               -- first day of the probation
    confirmed_by    uuid,                      -- who ended it, outside the requester's line
    confirmed_at    timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX origin_request ON guard.origin (request);

CREATE TABLE guard.roster_domain (             -- mail domains of an organisation's own people
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    domain          text NOT NULL,             -- lower case
    ended_at        timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX roster_domain_organisation ON guard.roster_domain (organisation);

CREATE TABLE guard.roster_person (             -- people of an organisation whose address is of another domain
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    email_index     uuid NOT NULL,             -- blind index of the professional address
    ended_at        timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX roster_person_email ON guard.roster_person (email_index);

REVOKE ALL ON guard.request, guard.approval, guard.origin, guard.roster_domain, guard.roster_person FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.request, guard.approval, guard.origin, guard.roster_domain,
    guard.roster_person TO beffroi_guard;
