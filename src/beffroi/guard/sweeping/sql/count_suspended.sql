-- What machines suspended of late: over the network in the last hour, then by organisation in the last 24 hours, beside
-- how many work there (accounts with a habilitation not closed, those suspended included). $1 now, $2 organisations.
-- A person's own gesture (source `manager`) is no machine's, and what only tidies left no row.
WITH done AS (
    SELECT l.account, l.organisation, l.decided_at FROM guard.leaver l
    WHERE l.status = 'done' AND l.source <> 'manager' AND l.decided_at > $1::timestamptz - interval '24 hours'
)
SELECT o.id AS organisation,
    (SELECT count(*) FROM done WHERE decided_at > $1::timestamptz - interval '1 hour') AS this_hour,
    (SELECT count(DISTINCT d.account) FROM done d
        WHERE d.organisation = o.id OR EXISTS (
            SELECT 1 FROM guard.habilitation h WHERE h.account = d.account AND h.organisation = o.id)) AS today,
    (SELECT count(DISTINCT h.account) FROM guard.habilitation h
        WHERE h.organisation = o.id AND (h.status <> 'closed'
            OR EXISTS (SELECT 1 FROM done d WHERE d.account = h.account))) AS accounts
FROM unnest($2::uuid[]) AS o (id)
