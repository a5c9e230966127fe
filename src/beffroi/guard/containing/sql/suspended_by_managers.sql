-- Before a manager ($1) sends away or suspends somebody of an organisation ($2) at $3: accounts that work there (those
-- suspended or sent away today counted in), how many people did so to in 24 hours, and this manager in an hour. Leavers
-- of a machine's word are counted by its own limit, unless a person confirmed them. Accounts from which an application
-- was taken count too, whoever did it.
WITH sent AS (
    SELECT l.account, l.decided_by, l.decided_at FROM guard.leaver l
    WHERE l.organisation = $2 AND l.decided_by IS NOT NULL AND l.decided_at > $3::timestamptz - interval '24 hours'
        AND (l.status = 'confirmed' OR (l.status = 'done' AND l.source = 'manager'))
), narrowed AS (
    SELECT h.account, max(e.ended_at) AS ended_at
    FROM guard.habilitation h JOIN guard.habilitation_application e ON e.habilitation = h.id
    WHERE h.organisation = $2 AND e.ended_at > $3::timestamptz - interval '24 hours'
    GROUP BY h.account
)
SELECT
    (SELECT count(DISTINCT h.account) FROM guard.habilitation h
        WHERE h.organisation = $2 AND $3::timestamptz < h.until_at AND (h.status IN ('probation', 'confirmed')
            OR EXISTS (SELECT FROM sent s WHERE s.account = h.account)
            OR EXISTS (SELECT FROM narrowed n WHERE n.account = h.account))) AS accounts,
    (SELECT count(*) FROM guard.cut k WHERE k.kind = 'suspension' AND k.organisation = $2 AND k.made_by IS NOT NULL
        AND k.since_at > $3::timestamptz - interval '24 hours') + (SELECT count(*) FROM sent)
    + (SELECT count(*) FROM narrowed) AS today,
    (SELECT count(*) FROM guard.cut k WHERE k.kind = 'suspension' AND k.made_by = $1
        AND k.since_at > $3::timestamptz - interval '1 hour')
    + (SELECT count(*) FROM sent s WHERE s.decided_by = $1
        AND s.decided_at > $3::timestamptz - interval '1 hour')
    + (SELECT count(*) FROM narrowed n WHERE n.ended_at > $3::timestamptz - interval '1 hour') AS this_hour
