-- Where the database stands: the turnstile's number, the journal's last entry, the sole clock, and in how many
-- transactions the entries after $1 were written, each of which moved the number on at least once.
SELECT
    (SELECT number FROM guard.turnstile) AS number,
    coalesce((SELECT entry FROM guard.journal ORDER BY entry DESC LIMIT 1), 0) AS entry,
    guard.instant() AS at,
    (SELECT count(*) FROM (SELECT xmin FROM guard.journal WHERE entry > $1 GROUP BY xmin) t) AS writers
