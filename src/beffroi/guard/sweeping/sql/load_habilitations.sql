-- Every habilitation, closed ones too, of the accounts a sweep looks at; $1 their ids, or null for everybody's.
SELECT h.id, h.account, h.organisation, h.role, h.status, h.from_at, h.until_at, h.version, h.mac
FROM guard.habilitation h
WHERE $1::uuid[] IS NULL OR h.account = ANY ($1)
