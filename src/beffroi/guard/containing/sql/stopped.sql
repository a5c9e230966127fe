-- Sessions that a containment of the kind $1 may end, locked: of the accounts $3 where it names people, else of the
-- application or organisation $2, else all. The watchers' are left out by the caller.
SELECT s.* FROM guard.session s
LEFT JOIN guard.habilitation h ON h.id = s.habilitation
WHERE s.revoked_at IS NULL AND CASE $1
    WHEN 'application' THEN s.application = $2
    WHEN 'organisation' THEN h.organisation::text = $2
    WHEN 'everything' THEN true
    ELSE s.account = ANY ($3::uuid[]) END
ORDER BY s.id FOR UPDATE OF s
