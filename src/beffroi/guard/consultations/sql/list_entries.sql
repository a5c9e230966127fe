-- Entries before number $1 (null: the newest), between two instants $2 and $3, the newest first, $4 at most; of one
-- organisation, account, application, kind, session each when it is not null.
-- Facts (guard/folding) come only when they are asked for by their kind: there is one for each row ever written.
SELECT entry, at, kind, person, groups, account, session, organisation, application, role, purpose, explanation, policy, detail
FROM guard.journal
WHERE at >= $2::timestamptz AND at <= $3::timestamptz
    AND ($1::bigint IS NULL OR entry < $1)
    AND ($5::uuid IS NULL OR organisation = $5)
    AND ($6::uuid IS NULL OR account = $6)
    AND ($7::text IS NULL OR application = $7)
    AND CASE WHEN $8::text IS NULL THEN kind NOT IN ('fact', 'baseline') ELSE kind = $8 END
    AND ($9::uuid IS NULL OR session = $9)
ORDER BY entry DESC
LIMIT $4
