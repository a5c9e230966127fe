-- Every habilitation that gives access, with what its exposure and its line depend on of its account.
SELECT h.*, a.pools FROM guard.habilitation h JOIN guard.account a ON a.id = h.account
WHERE h.status IN ('probation', 'confirmed') ORDER BY h.id
