-- Refusals of the batch by account ($1), code ($2) and number ($4), in the hour $3. Gives back how many there have
-- been in the hour, so that the journal gets the 1st, the 10th, the 100th… and not every one.
INSERT INTO guard.refusal AS r (account, code, hour, times)
SELECT account, code, $3::int, times FROM unnest($1::uuid[], $2::text[], $4::int[]) AS q (account, code, times)
ON CONFLICT (account, code, hour) DO UPDATE SET times = r.times + excluded.times
RETURNING r.account, r.code, r.times
