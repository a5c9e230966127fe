-- Containments and suspensions by hand, newest first; with $1 true those over, with false those in force. $2 rows after
-- $3; with $4 only what cuts that organisation or somebody of it.
-- A containment made before cuts were kept has no row in guard.cut: its reason and author are in the journal alone.
SELECT q.*, count(*) OVER () AS total
FROM (
    SELECT c.id, c.kind, c.scope, c.groups, c.since_at, c.lifted_at AS ended_at, k.reason, k.made_by, k.operator,
        k.accounts, k.sessions
    FROM guard.containment c LEFT JOIN guard.cut k ON k.id = c.id
    UNION ALL
    SELECT k.id, k.kind, k.scope, k.groups, k.since_at, k.ended_at, k.reason, k.made_by, k.operator, k.accounts,
        k.sessions
    FROM guard.cut k WHERE k.kind = 'suspension'
) q
WHERE (q.ended_at IS NOT NULL) = $1 AND ($4::uuid IS NULL OR q.scope = $4::text OR (
    q.kind IN ('account', 'line', 'suspension') AND EXISTS (SELECT FROM guard.habilitation h
        WHERE h.account::text = q.scope AND h.organisation = $4 AND h.status <> 'closed')))
ORDER BY q.since_at DESC, q.id LIMIT $2 OFFSET $3
