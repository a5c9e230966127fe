-- The same for the organisations $4, by the index on the organisation: some thousand rows for each.
SELECT organisation, kind, referent,
    count(*) FILTER (WHERE since_at <= $2) AS settled,
    count(*) FILTER (WHERE since_at > $2) AS young
FROM guard.relation
WHERE organisation = ANY ($4::uuid[]) AND since_at <= $3 AND (until_at IS NULL OR until_at > $1)
GROUP BY organisation, kind, referent
