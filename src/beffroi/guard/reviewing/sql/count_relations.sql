-- How many live relations each organisation has by kind, and how many of them name each referent (null: all of them).
SELECT organisation, kind, referent, GROUPING(referent) AS every, count(*) AS people FROM guard.relation
WHERE since_at <= $1 AND (until_at IS NULL OR until_at > $1)
GROUP BY GROUPING SETS ((organisation, kind), (organisation, kind, referent))
HAVING GROUPING(referent) = 1 OR referent IS NOT NULL
