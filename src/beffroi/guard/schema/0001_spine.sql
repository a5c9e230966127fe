-- The guard's own tables. Owner: beffroi_owner. The guard's role reads and writes them, the console's role nothing.
-- Conventions: `mac` authenticates a row that grants, caps or authenticates (I-16), over its values, id and version;
-- identifying values are ciphertexts (bytea) or keyed blind indexes (uuid: 128 bits of an HMAC), never text.

-- Every batch and every command locks this row first (guard/turnstile.py): that is the order of commits. Whatever
-- changes a fact adds one to its number, and a guard that finds the number it left there knows that nothing it
-- remembers has changed (0006). A row and not an advisory lock: any role of the server may take an advisory lock, and
-- the console's would stop the guard.
CREATE TABLE guard.turnstile (
    "only"          boolean PRIMARY KEY DEFAULT true CHECK ("only"),
    number          bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO guard.turnstile (number) VALUES (0);

CREATE TABLE guard.key_check (                 -- proves at start that the key file is the one this database was made with
    name            text PRIMARY KEY,          -- master/<epoch>, blind, mac, session
    sealed          bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE guard.policy (                    -- versions of the policy; the active one is the last activated
    version         text PRIMARY KEY,          -- SHA-256 of the canonical form, hex
    source          text NOT NULL,
    activated_at    timestamptz NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.organisation (
    id              uuid PRIMARY KEY,
    code            text NOT NULL UNIQUE,      -- network code or SIRET: public
    name            text NOT NULL,             -- public name
    kind            text NOT NULL,             -- youth-office, training-organisation, employment-agency, network
    siret           text,
    active          boolean NOT NULL,
    contract_until  timestamptz NOT NULL,
    confirmed_agents integer NOT NULL,         -- 28-day mean, rounded; recomputed by the sweep
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.application (
    id              text PRIMARY KEY,
    name            text NOT NULL,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    open            boolean NOT NULL,
    redirect_uris   text[] NOT NULL,
    hour_cap        integer NOT NULL,          -- today's breaker, already under the absolute ceiling
    day_cap         integer NOT NULL,
    week_cap        integer NOT NULL,
    month_cap       integer NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.application_key (
    application     text NOT NULL REFERENCES guard.application,
    kid             text NOT NULL,
    jwk             text NOT NULL,             -- public key (RFC 7517)
    until_at        timestamptz NOT NULL,
    revoked_at      timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    PRIMARY KEY (application, kid)
);

CREATE TABLE guard.account (                   -- one natural person who works, whatever the number of memberships
    id              uuid PRIMARY KEY,
    status          text NOT NULL,             -- invited, active, suspended, closed
    subject_index   uuid UNIQUE,               -- blind index of (issuer, sub), bound at the first sign-in
    idp_id          text,
    email_index     uuid NOT NULL UNIQUE,      -- blind index of the professional address
    wrapped_key     bytea NOT NULL,            -- the agent's own random key, wrapped by the master key of `epoch`
    epoch           integer NOT NULL,
    personal        bytea NOT NULL,            -- ciphertext: names, professional address, phone
    attested_until  timestamptz NOT NULL,      -- awareness attestation (I-12)
    reviewed_until  timestamptz NOT NULL,
    requested_by    uuid,                      -- line of creation
    approved_by     uuid,
    pools           uuid[] NOT NULL,           -- offspring pools this account still charges (I-03)
    created_at      timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.habilitation (
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL REFERENCES guard.account,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    role            text NOT NULL,
    status          text NOT NULL,             -- requested, approved, enrolled, probation, confirmed, suspended, closed
    from_at         timestamptz NOT NULL,
    until_at        timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX habilitation_account ON guard.habilitation (account);
CREATE INDEX habilitation_organisation ON guard.habilitation (organisation);

CREATE TABLE guard.factor (                    -- second factors, enrolled with and verified by the guard only
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL REFERENCES guard.account,
    kind            text NOT NULL,             -- passkey, totp
    credential_id   bytea UNIQUE,              -- passkey
    public_key      bytea,                     -- passkey: COSE key
    sign_count      bigint,
    secret          bytea,                     -- totp: ciphertext of the shared secret
    last_step       bigint,                    -- totp: last accepted time step, so that a code serves once
    failures        integer NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    created_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX factor_account ON guard.factor (account);

CREATE TABLE guard.enrolment (                 -- a code handed over outside e-mail; opens the enrolment of one factor
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL REFERENCES guard.account,
    code_hash       bytea NOT NULL,
    failures        integer NOT NULL DEFAULT 0,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    created_at      timestamptz NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.sign_in (                   -- one sign-in under way on the guard's pages, from redirect to hand-over
    id              bytea PRIMARY KEY,         -- hash of the browser's sign-in cookie
    application     text NOT NULL,
    step            text NOT NULL,             -- identity, factor, enrol, done
    sealed          bytea NOT NULL,            -- ciphertext: state, nonce, verifier, return address, identity, level
    account         uuid,
    failures        integer NOT NULL DEFAULT 0,
    expires_at      timestamptz NOT NULL
);

CREATE TABLE guard.handover (                  -- one-time code the application redeems for a session handle
    code_hash       bytea PRIMARY KEY,
    application     text NOT NULL,
    state_hash      bytea NOT NULL,            -- of the browser's state at the application: a code injected elsewhere fails
    session         uuid NOT NULL,
    expires_at      timestamptz NOT NULL,
    redeemed_at     timestamptz
);

CREATE TABLE guard.session (
    id              uuid PRIMARY KEY,
    handle_hash     bytea UNIQUE,              -- SHA-256 of the opaque handle; null until redeemed
    application     text NOT NULL,
    account         uuid NOT NULL,
    habilitation    uuid,                      -- membership chosen
    level           smallint NOT NULL,         -- assurance level reached
    factor_at       timestamptz NOT NULL,      -- last verification of the second factor
    client_hash     bytea,                     -- fingerprint of the client it was given to
    browser_hash    bytea,                     -- of the guard's own cookie, for step-up: outside the MAC, opens nothing alone
    logout_hint     bytea,                     -- ciphertext of the ID token, for RP-initiated logout
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,      -- outside the MAC: only ever shortens the session's life
    revoked_at      timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX session_account ON guard.session (account) WHERE revoked_at IS NULL;

CREATE TABLE guard.spent_assertion (           -- client assertions already used (RFC 7523 section 3, jti)
    application     text NOT NULL,
    jti             text NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (application, jti)
);

CREATE TABLE guard.attempt (                   -- rate of sign-ins and failures; the key is a keyed hash of what and where
    key             uuid NOT NULL,
    slot            bigint NOT NULL,           -- whole quarters of an hour since the Unix epoch
    times           integer NOT NULL,
    PRIMARY KEY (key, slot)
);

CREATE TABLE guard.containment (               -- what is cut off now; few rows, read whole by every batch
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,             -- everything, organisation, application, account, groups
    scope           text NOT NULL,
    groups          integer NOT NULL,
    since_at        timestamptz NOT NULL,
    lifted_at       timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.person (                    -- the vault: one row a person, one ciphertext a field group
    id                   uuid PRIMARY KEY,
    epoch                integer NOT NULL,     -- master key that wraps `wrapped_key`
    wrapped_key          bytea NOT NULL,       -- the person's random key; erasure destroys the row
    identity             bytea,
    contact              bytea,
    nir                  bytea,
    agency_id            bytea,
    situation            bytea,
    followup             bytea,
    training             bytea,
    legal_representative bytea,
    blind_nir            uuid,                 -- blind indexes: keyed, 128 bits, null when the value is absent
    blind_agency_id      uuid,
    blind_email          uuid,
    blind_phone          uuid,
    blind_name           uuid,                 -- last name + first name + birth date
    blind_birth_name     uuid,                 -- the same with the birth name, null where it is the last name
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    version              integer NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX person_blind_nir ON guard.person (blind_nir);
CREATE INDEX person_blind_agency_id ON guard.person (blind_agency_id);
CREATE INDEX person_blind_email ON guard.person (blind_email);
CREATE INDEX person_blind_phone ON guard.person (blind_phone);
CREATE INDEX person_blind_name ON guard.person (blind_name);
CREATE INDEX person_blind_birth_name ON guard.person (blind_birth_name);

CREATE TABLE guard.erased (                    -- what a restore must erase again before it serves (I-13)
    person          uuid PRIMARY KEY,
    erased_at       timestamptz NOT NULL
);

CREATE TABLE guard.relation (
    person          uuid NOT NULL,
    organisation    uuid NOT NULL,
    kind            text NOT NULL,             -- followed, appointment, prescription, enrolment
    referent        uuid,                      -- account
    since_at        timestamptz NOT NULL,
    until_at        timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    PRIMARY KEY (person, organisation, kind)
);
CREATE INDEX relation_referent ON guard.relation (referent) WHERE referent IS NOT NULL;
CREATE INDEX relation_organisation ON guard.relation (organisation);

CREATE TABLE guard.budget (                    -- one row a scope and bucket; see beffroi.core.budgets
    key             text PRIMARY KEY,          -- account/<id>/<bucket>, share/…, pool/…, organisation/…, application/…
    hour            integer NOT NULL,
    day             integer NOT NULL,
    recent          bytea NOT NULL,            -- 30 big-endian uint32: people by age in days of their last opening
    hour_spent      integer NOT NULL,
    day_spent       integer NOT NULL,
    week_spent      integer NOT NULL,
    month_spent     integer NOT NULL,
    hour_cap        integer NOT NULL,
    day_cap         integer NOT NULL,
    week_cap        integer NOT NULL,
    month_cap       integer NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    CONSTRAINT last_wall CHECK (               -- whatever the code above says (I-02)
        hour_spent <= hour_cap AND day_spent <= day_cap AND week_spent <= week_cap AND month_spent <= month_cap)
) WITH (fillfactor = 50);

CREATE TABLE guard.reach (                     -- an account's last opening of a person, and the budgets it charged
    account         uuid NOT NULL,
    person          uuid NOT NULL,
    day             integer NOT NULL,
    marks           bigint[] NOT NULL,
    found_day       integer NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    PRIMARY KEY (account, person)
) WITH (fillfactor = 80);

CREATE TABLE guard.question (                  -- rate of questions that charge nothing: searches, evaluations
    account         uuid NOT NULL,
    hour            integer NOT NULL,
    asked           integer NOT NULL,
    PRIMARY KEY (account, hour)
);

CREATE TABLE guard.refusal (                   -- repeated refusals, counted; the journal gets the 1st, 10th, 100th…
    account         uuid NOT NULL,
    code            text NOT NULL,
    hour            integer NOT NULL,
    times           integer NOT NULL,
    PRIMARY KEY (account, code, hour)
);

CREATE TABLE guard.free_text (                 -- break-glass reasons and the like: ciphertext; the journal has a salted hash
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL,             -- author, under whose key it is sealed
    person          uuid NOT NULL,             -- whom it speaks of: their erasure destroys it (I-13)
    sealed          bytea NOT NULL,
    created_at      timestamptz NOT NULL
);
CREATE INDEX free_text_person ON guard.free_text (person);

CREATE TABLE guard.journal (                   -- append-only; nobody may update or delete
    entry           bigint GENERATED ALWAYS AS IDENTITY,
    at              timestamptz NOT NULL,
    kind            text NOT NULL,             -- released, found, refused, created, updated, erased, signed-in, …
    person          uuid,
    groups          integer NOT NULL DEFAULT 0,
    account         uuid,
    session         uuid,
    organisation    uuid,
    application     text,
    role            text,
    purpose         text,
    explanation     text,                      -- relation, search, break-glass, or the refusal's code
    policy          text,                      -- policy version
    detail          text,                      -- small canonical JSON, no personal value; null when there is none
    PRIMARY KEY (entry, at)
) PARTITION BY RANGE (at);

CREATE FUNCTION guard.keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON guard.journal FOR EACH ROW EXECUTE FUNCTION guard.keep_journal();
CREATE TRIGGER keep_whole BEFORE TRUNCATE ON guard.journal FOR EACH STATEMENT EXECUTE FUNCTION guard.keep_journal();

GRANT USAGE ON SCHEMA guard TO beffroi_guard;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA guard TO beffroi_guard;
REVOKE UPDATE, DELETE, TRUNCATE ON guard.journal FROM beffroi_guard;
REVOKE INSERT, DELETE, TRUNCATE ON guard.turnstile FROM beffroi_guard;
REVOKE ALL ON ALL TABLES IN SCHEMA guard FROM PUBLIC;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA guard TO beffroi_guard;
