-- Identity providers that each organisation accepts (guard/providers). A sign-in through another is put in quarantine.
--
-- A database that was in use before this file holds accounts already bound. Their providers are taken over by the
-- program's step after it (guard/providers/taking_over.py): rows need a MAC, and SQL holds no key.

CREATE TABLE guard.organisation_provider (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    provider        text NOT NULL,             -- idp_id, as the broker tells it
    name            text NOT NULL,             -- what people call it; public
    source          text NOT NULL,             -- founding, import, request, taken-over
    accepted_at     timestamptz NOT NULL,
    accepted_by     uuid,                      -- the last to agree to the request
    withdrawn_at    timestamptz,
    withdrawn_by    uuid,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    UNIQUE (organisation, provider)
);

REVOKE ALL ON guard.organisation_provider FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.organisation_provider TO beffroi_guard;
