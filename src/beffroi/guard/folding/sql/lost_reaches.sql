-- Openings of the entries after $1, up to $2, whose account has no memory of the person, or an older one: the day of
-- the last opening never goes back. Days are ordinals of Europe/Paris, as core/budgets.py counts them. People erased
-- since have no memory left.
WITH opened AS (
    SELECT account, person, max((at AT TIME ZONE 'Europe/Paris')::date - DATE '0001-01-01' + 1) AS day
    FROM guard.journal
    WHERE entry > $1 AND entry <= $2 AND kind IN ('released', 'found') AND account IS NOT NULL AND person IS NOT NULL
    GROUP BY account, person
)
SELECT o.account, o.person, o.day, r.version
FROM opened o LEFT JOIN guard.reach r ON r.account = o.account AND r.person = o.person
WHERE (r.day IS NULL OR r.day < o.day) AND NOT EXISTS (SELECT FROM guard.erased e WHERE e.person = o.person)
ORDER BY 1, 2
