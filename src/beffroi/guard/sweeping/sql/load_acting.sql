-- Habilitations that give access now in roles of $1, each with its account and organisation: who may still act.
-- $2 now. MACs are checked by the reader (guard/sweeping/acting.py).
SELECT h.id, h.account, h.organisation, h.role, h.status, h.from_at, h.until_at, h.version, h.mac
FROM guard.habilitation h
JOIN guard.account a ON a.id = h.account
JOIN guard.organisation o ON o.id = h.organisation
WHERE h.role = ANY ($1::text[]) AND h.status IN ('probation', 'confirmed') AND h.from_at <= $2 AND $2 < h.until_at
    AND a.status = 'active' AND o.active AND $2 < o.contract_until
