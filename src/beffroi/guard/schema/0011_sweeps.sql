-- Leavers and idlers: what sweeps remember of an account, who leaves or is about to, and what the network level must see.

CREATE TABLE guard.swept (                     -- what earlier sweeps did and saw (core/sweeping.py); one row an account
    id              uuid PRIMARY KEY REFERENCES guard.account,
    warned_at       timestamptz,               -- last warning that the account is idle
    suspended_at    timestamptz,               -- suspended by a sweep, or first seen so by one; null once given back
    restarted_at    timestamptz,               -- seen given back by people: delays begin anew
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.escalation (                -- nobody is promoted by machine: the network level is told, and acts
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,             -- no-manager (of an organisation), few-approvers, few-founders
    organisation    uuid REFERENCES guard.organisation,
    account         uuid,                      -- whose leaving brought it about, where one did
    created_at      timestamptz NOT NULL,
    closed_at       timestamptz,               -- seen to be over
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX escalation_open ON guard.escalation (kind) WHERE closed_at IS NULL;

-- The last use of an account is that of its last sessions. On columns that no page view writes: those updates stay
-- heap-only.
CREATE INDEX session_of_account ON guard.session (account, created_at DESC);

REVOKE ALL ON guard.swept, guard.escalation FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.swept, guard.escalation TO beffroi_guard;
