-- Sessions in use at $1: not revoked, not past their end, used since $2.
SELECT s.account, s.application, h.organisation
FROM guard.session s
LEFT JOIN guard.habilitation h ON h.id = s.habilitation
WHERE s.revoked_at IS NULL AND $1 < s.expires_at AND s.seen_at > $2
