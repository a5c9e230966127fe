-- What was opened in a span of time, by account, organisation and role: how often under each explanation, and when last.
-- One pass over the partitions of those months; no index on accounts, which every decision would have to keep.
SELECT account, organisation, role, explanation, count(*) AS openings, max(at) AS last_at
FROM guard.journal WHERE kind = 'released' AND at >= $1 AND at < $2 AND account IS NOT NULL
GROUP BY account, organisation, role, explanation
