-- Who works where: habilitations in force at $1 of accounts in use, over the whole network.
SELECT h.account, h.organisation, h.role
FROM guard.habilitation h
JOIN guard.account a ON a.id = h.account AND a.status = 'active'
WHERE h.status IN ('probation', 'confirmed') AND h.from_at <= $1 AND $1 < h.until_at
