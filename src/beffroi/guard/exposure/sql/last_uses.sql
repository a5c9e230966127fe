-- When each of these accounts last used a session, whichever.
SELECT account, max(seen_at) AS seen_at FROM guard.session WHERE account = ANY ($1::uuid[]) GROUP BY account
