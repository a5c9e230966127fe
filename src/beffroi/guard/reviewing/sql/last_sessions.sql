-- When each habilitation was last used to sign in or act since an instant.
SELECT habilitation, max(seen_at) AS seen_at FROM guard.session
WHERE habilitation IS NOT NULL AND seen_at >= $1 GROUP BY habilitation
