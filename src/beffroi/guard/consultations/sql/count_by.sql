-- Who consulted most in the hour before $1, by $3: application, organisation or account. $2: of one organisation, or null
-- for all; $4: how many rows. How many there are in all stands in each.
SELECT CASE $3::text WHEN 'account' THEN account::text WHEN 'organisation' THEN organisation::text ELSE application END AS id,
    count(*) FILTER (WHERE at > $1::timestamptz - interval '1 minute') AS in_minute,
    count(*) AS in_hour,
    count(DISTINCT person) AS people,
    count(*) OVER () AS total
FROM guard.journal
WHERE kind = 'released' AND at > $1::timestamptz - interval '60 minutes' AND at <= $1
    AND ($2::uuid IS NULL OR organisation = $2)
GROUP BY 1
ORDER BY people DESC, in_hour DESC, 1
LIMIT $4
