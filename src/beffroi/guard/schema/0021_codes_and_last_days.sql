-- Whatever suspends or closes an account, or something it holds, voids its enrolment codes: they are looked up at every
-- such step, thousands of times in a review's last night.
CREATE INDEX enrolment_account ON guard.enrolment (account);

CREATE TABLE guard.leaver_day (                -- a leaving of the personnel file whose day is still to come
    id              uuid PRIMARY KEY,          -- of guard.leaver
    until_at        timestamptz NOT NULL,      -- when what is held there ends
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
REVOKE ALL ON guard.leaver_day FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.leaver_day TO beffroi_guard;
