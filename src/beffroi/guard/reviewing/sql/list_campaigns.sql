-- Campaigns of one organisation or of all, with how far they are; open ones first, the nearest deadline first.
SELECT c.*, o.name AS organisation_name,
    count(r.id) AS asked,
    count(r.id) FILTER (WHERE r.verdict = 'keep') AS kept,
    count(r.id) FILTER (WHERE r.verdict = 'remove') AS removed,
    count(r.id) FILTER (WHERE r.verdict = 'silent') AS silent,
    count(r.id) FILTER (WHERE r.verdict = 'gone'
        OR (r.verdict IS NULL AND h.status NOT IN ('probation', 'confirmed'))) AS gone,
    count(*) OVER () AS total
FROM guard.campaign c JOIN guard.organisation o ON o.id = c.organisation
LEFT JOIN guard.review r ON r.campaign = c.id LEFT JOIN guard.habilitation h ON h.id = r.habilitation
WHERE ($1::uuid IS NULL OR c.organisation = $1) AND (c.closed_at IS NULL) = $2
GROUP BY c.id, o.name
ORDER BY CASE WHEN $2 THEN c.due_at END, c.due_at DESC, c.id LIMIT $3 OFFSET $4
