-- Habilitations of an organisation that give access and that a campaign did not ask about: they came while it ran.
SELECT h.* FROM guard.habilitation h
WHERE h.organisation = $2 AND h.status IN ('probation', 'confirmed')
    AND NOT EXISTS (SELECT FROM guard.review r WHERE r.habilitation = h.id AND r.campaign = $1)
