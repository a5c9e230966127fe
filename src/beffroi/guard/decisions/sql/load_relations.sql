-- What a batch cannot remember, people being too many: each request's relations and reach, by person ($1), account ($2)
-- and organisation ($3) of the request. The first row also carries the instant and the turnstile's number, all of one
-- snapshot: a batch judged on it is written only if that number has not changed since (schema/0006_turns.sql).
SELECT
    q.n,
    l.kind, l.referent, l.since_at, l.until_at, l.version, l.mac,
    x.day, x.marks, x.found_day, x.version, x.mac,
    CASE WHEN q.n = 1 THEN guard.present() END,
    CASE WHEN q.n = 1 THEN (SELECT t.number FROM guard.turnstile t) END,
    CASE WHEN l.kind IN ('archived', 'restricted') THEN l.organisation END
FROM unnest($1::text::uuid[], $2::text::uuid[], $3::text::uuid[]) WITH ORDINALITY
    AS q (person, account, organisation, n)
-- OFFSET 0 keeps these two apart: flattened, the planner seeks by the first column of the key and filters the rest.
LEFT JOIN LATERAL (
    SELECT r.day, r.marks, r.found_day, r.version, r.mac
    FROM guard.reach r WHERE r.account = q.account AND r.person = q.person OFFSET 0
) x ON true
LEFT JOIN LATERAL (
    SELECT r.organisation, r.kind, r.referent, r.since_at, r.until_at, r.version, r.mac
    FROM guard.relation r
    -- A file archived or restricted is so everywhere: these relations are read whosever they are. A person has few.
    WHERE r.person = q.person AND (r.organisation = q.organisation OR r.kind IN ('archived', 'restricted')) OFFSET 0
) l ON true
