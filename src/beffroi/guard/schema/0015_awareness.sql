-- Exams of the awareness course (guard/awareness): one row an attempt, judged once.

CREATE TABLE guard.exam (
    id              uuid PRIMARY KEY,
    account         uuid NOT NULL REFERENCES guard.account,
    course          text NOT NULL,             -- code of the course
    edition         text NOT NULL,             -- fingerprint of its text: answers to another one are not judged
    seed            bytea NOT NULL,            -- what the questions and the order of their choices follow from
    drawn           text[] NOT NULL,           -- codes of the questions, in the order shown
    begun_at        timestamptz NOT NULL,
    ended_at        timestamptz,               -- null until it is answered, once
    score           integer,                   -- right answers
    passed          boolean,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX exam_account ON guard.exam (account, begun_at);

REVOKE ALL ON guard.exam FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.exam TO beffroi_guard;
