-- Organisations where somebody has access: the deadline of the last campaign, whether one is open, the first review of
-- an account that lapses.
SELECT o.*, last.due_at AS last_due_at, coalesce(last.closed_at IS NULL AND last.due_at IS NOT NULL, false) AS running,
    (SELECT min(a.reviewed_until) FROM guard.habilitation h JOIN guard.account a ON a.id = h.account
        WHERE h.organisation = o.id AND h.status IN ('probation', 'confirmed') AND a.status = 'active') AS lapses_at
FROM guard.organisation o
LEFT JOIN LATERAL (SELECT c.due_at, c.closed_at FROM guard.campaign c WHERE c.organisation = o.id
    ORDER BY c.due_at DESC LIMIT 1) last ON true
WHERE o.active AND ($1::uuid IS NULL OR o.id = $1)
    AND EXISTS (SELECT FROM guard.habilitation h WHERE h.organisation = o.id AND h.status IN ('probation', 'confirmed'))
ORDER BY o.id
