-- How many relations every organisation has, by kind and referent: settled ones, and those that began after $2, which
-- are young. Live at $1, or begun by $3. Reads the whole of guard.relation once, in parallel where the server may.
-- Their MACs are not verified (guard/exposure/__init__.py says why).
SELECT organisation, kind, referent,
    count(*) FILTER (WHERE since_at <= $2) AS settled,
    count(*) FILTER (WHERE since_at > $2) AS young
FROM guard.relation
WHERE since_at <= $3 AND (until_at IS NULL OR until_at > $1)
GROUP BY organisation, kind, referent
