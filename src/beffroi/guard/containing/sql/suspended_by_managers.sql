-- Before a manager ($1) suspends somebody of an organisation ($2) at $3: accounts that work there (those suspended
-- today counted in), how many were suspended from there by hand in 24 hours, and how many by this manager in an hour.
SELECT
    (SELECT count(DISTINCT h.account) FROM guard.habilitation h
        WHERE h.organisation = $2 AND h.status IN ('probation', 'confirmed') AND $3 < h.until_at) AS accounts,
    (SELECT count(*) FROM guard.cut k WHERE k.kind = 'suspension' AND k.organisation = $2 AND k.made_by IS NOT NULL
        AND k.since_at > $3 - interval '24 hours') AS today,
    (SELECT count(*) FROM guard.cut k WHERE k.kind = 'suspension' AND k.made_by = $1
        AND k.since_at > $3 - interval '1 hour') AS this_hour
