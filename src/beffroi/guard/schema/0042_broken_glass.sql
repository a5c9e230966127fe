-- What a security officer said of an opening by break-glass (guard/broken_glass). The openings are the journal's.

CREATE TABLE guard.glass_verdict (
    id              uuid PRIMARY KEY,
    entry           bigint NOT NULL UNIQUE,    -- of the journal: the opening
    opened_at       timestamptz NOT NULL,
    account         uuid NOT NULL,             -- who opened
    organisation    uuid NOT NULL,
    verdict         text NOT NULL,             -- justified, questioned, unjustified
    judged_by       uuid NOT NULL REFERENCES guard.account,
    judged_at       timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

REVOKE ALL ON guard.glass_verdict FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.glass_verdict TO beffroi_guard;

-- A few lines a day of millions: the index holds those alone.
CREATE INDEX journal_broken_glass ON guard.journal (at)
    WHERE kind = 'released' AND explanation = 'break-glass';
