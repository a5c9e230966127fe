-- Habilitations of these accounts, whatever their status.
SELECT id, account, organisation, role, status, from_at, until_at, version, mac
FROM guard.habilitation WHERE account = ANY ($1::uuid[])
