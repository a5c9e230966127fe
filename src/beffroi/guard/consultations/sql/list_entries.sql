-- Entries before number $1 (null: the newest), between two instants $2 and $3, the newest first, $4 at most; of one
-- organisation, account, application, kind, session each when it is not null.
SELECT entry, at, kind, person, groups, account, session, organisation, application, role, purpose, explanation, policy, detail
FROM guard.journal
WHERE at >= $2::timestamptz AND at <= $3::timestamptz
    AND ($1::bigint IS NULL OR entry < $1)
    AND ($5::uuid IS NULL OR organisation = $5)
    AND ($6::uuid IS NULL OR account = $6)
    AND ($7::text IS NULL OR application = $7)
    AND ($8::text IS NULL OR kind = $8)
    AND ($9::uuid IS NULL OR session = $9)
ORDER BY entry DESC
LIMIT $4
