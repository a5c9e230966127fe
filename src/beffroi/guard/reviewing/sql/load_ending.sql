-- What nobody decided in a campaign, some at a time, those who administer first; but for what is not genuine ($4).
SELECT r.* FROM guard.review r JOIN guard.habilitation h ON h.id = r.habilitation
WHERE r.campaign = $1 AND r.verdict IS NULL AND r.id <> ALL ($4::uuid[])
ORDER BY (h.role = ANY ($2::text[])), r.id LIMIT $3 FOR UPDATE OF r, h
