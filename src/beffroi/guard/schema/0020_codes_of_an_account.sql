-- Whatever suspends or closes an account, or something it holds, voids its enrolment codes: they are looked up at every
-- such step, thousands of times in a review's last night.
CREATE INDEX enrolment_account ON guard.enrolment (account);
