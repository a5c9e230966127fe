-- What one campaign still asks: habilitations without a verdict that give access still, those with most reasons first;
-- those of the reviewer ($2) himself, and of accounts that he requested or approved, last: he may not review them.
SELECT r.*, h.role, h.status, h.from_at, h.until_at
FROM guard.review r JOIN guard.habilitation h ON h.id = r.habilitation JOIN guard.account a ON a.id = r.account
WHERE r.campaign = $1 AND r.verdict IS NULL AND h.status IN ('probation', 'confirmed')
ORDER BY (a.id = $2 OR a.requested_by IS NOT DISTINCT FROM $2 OR a.approved_by IS NOT DISTINCT FROM $2),
    cardinality(r.reasons) DESC, r.id
