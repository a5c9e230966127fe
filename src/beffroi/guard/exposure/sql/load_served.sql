-- In which applications these habilitations serve, by name: every authenticated column, to verify the row, and the MAC.
SELECT e.id, e.habilitation, e.application, e.ended_at, e.version, e.mac, a.name
FROM guard.habilitation_application e JOIN guard.application a ON a.id = e.application
WHERE e.habilitation = ANY ($1::uuid[]) AND e.ended_at IS NULL
ORDER BY a.name, a.id
