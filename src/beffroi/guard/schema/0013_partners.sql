-- Partners (guard/partners): the contract of each organisation, its two check-lists, its audits. What decisions read of
-- an organisation (active, contract_until) is written by the commands that change these.

CREATE TABLE guard.contract (
    id              uuid PRIMARY KEY REFERENCES guard.organisation,
    from_at         timestamptz NOT NULL,
    until_at        timestamptz NOT NULL,
    clauses         text[] NOT NULL,           -- code/version (core/partner_lists.py)
    controllers     text[] NOT NULL,           -- public names of the data controllers
    level           integer NOT NULL,          -- assurance demanded of every member: 1 single, 2 second factor, 3 passkey
    contact         bytea NOT NULL,            -- ciphertext of the security contact, under the contract's own key
    wrapped_key     bytea NOT NULL,            -- that key, random, wrapped by the master key of `epoch`
    epoch           integer NOT NULL,
    opened_at       timestamptz,               -- access was opened under this contract
    ended_at        timestamptz,               -- it was cut before its day
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.checklist_item (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    list            text NOT NULL,             -- onboarding, offboarding
    code            text NOT NULL,
    done_at         timestamptz,               -- null: undone again
    done_by         uuid,
    evidence        bytea,                     -- ciphertext of a reference to the proof, under the contract's key
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    UNIQUE (organisation, list, code)
);

CREATE TABLE guard.audit (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    questionnaire   text NOT NULL,             -- version of the questions (core/partner_audit.py)
    opened_at       timestamptz NOT NULL,
    opened_by       uuid,
    due_at          timestamptz NOT NULL,      -- answers are due
    closed_at       timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX audit_organisation ON guard.audit (organisation);

CREATE TABLE guard.audit_answer (
    id              uuid PRIMARY KEY,
    audit           uuid NOT NULL REFERENCES guard.audit,
    question        text NOT NULL,
    answer          text NOT NULL,             -- yes, partly, no, not-concerned
    evidence        bytea,                     -- ciphertext of what shows it, under the contract's key
    answered_at     timestamptz NOT NULL,
    answered_by     uuid NOT NULL,
    due_at          timestamptz,               -- the correction is due
    corrected_at    timestamptz,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    UNIQUE (audit, question)
);

-- When a name came into the roster; told, and decides nothing.
ALTER TABLE guard.roster_domain ADD COLUMN added_at timestamptz;
ALTER TABLE guard.roster_person ADD COLUMN added_at timestamptz;
CREATE INDEX roster_person_organisation ON guard.roster_person (organisation);

REVOKE ALL ON guard.contract, guard.checklist_item, guard.audit, guard.audit_answer FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.contract, guard.checklist_item, guard.audit, guard.audit_answer
    TO beffroi_guard;
