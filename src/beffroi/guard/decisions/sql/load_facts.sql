-- All the facts of a batch, a row for each request and relation, in one pass of index look-ups.
--   $1 handle hashes, $2 people, one of each a request (either may be null); $3 the applications of the batch.
-- The first element of $1 and $2 is null: its row carries what the whole batch shares, evaluated once.
-- Rows that carry a MAC come as the bytes of a record: the guard remembers which bytes it found genuine, so a hot
-- row costs it one look-up and a changed row, whatever changed, is read anew. Column order: guard/authentic.py.
-- guard.person is not read: an unknown person and a forbidden one cost the same work.
SELECT
    q.n,
    CASE WHEN s.id IS NOT NULL THEN record_send(ROW(s.id, s.handle_hash, s.application, s.account, s.habilitation,
        s.level, s.factor_at, s.client_hash, s.created_at, s.expires_at, s.revoked_at, s.version, s.mac)) END,
    s.seen_at,
    CASE WHEN a.id IS NOT NULL THEN record_send(ROW(a.id, a.status, a.subject_index, a.idp_id, a.email_index,
        a.attested_until, a.reviewed_until, a.requested_by, a.approved_by, a.pools, a.created_at, a.version,
        a.mac)) END,
    CASE WHEN h.id IS NOT NULL THEN record_send(ROW(h.id, h.account, h.organisation, h.role, h.status, h.from_at,
        h.until_at, h.version, h.mac)) END,
    CASE WHEN o.id IS NOT NULL THEN record_send(ROW(o.id, o.code, o.name, o.kind, o.siret, o.active,
        o.contract_until, o.confirmed_agents, o.version, o.mac)) END,
    x.day, x.marks, x.found_day,
    l.organisation, l.kind, l.referent, l.since_at, l.until_at, l.version, l.mac,
    CASE WHEN q.n = 1 THEN guard.instant() END,
    CASE WHEN q.n = 1 THEN (SELECT p.version FROM guard.policy p ORDER BY p.activated_at DESC LIMIT 1) END,
    CASE WHEN q.n = 1 THEN ARRAY(SELECT record_send(ROW(c.id, c.kind, c.scope, c.groups, c.since_at, c.lifted_at,
        c.version, c.mac)) FROM guard.containment c) END,
    CASE WHEN q.n = 1 THEN ARRAY(SELECT record_send(ROW(b.id, b.name, b.organisation, b.open, b.redirect_uris,
        b.hour_cap, b.day_cap, b.week_cap, b.month_cap, b.version, b.mac))
        FROM guard.application b WHERE b.id = ANY ($3::text::text[])) END,
    x.version, x.mac,
    CASE WHEN q.n = 1 THEN (SELECT t.number FROM guard.turnstile t) END,
    -- The account's other habilitations, whatever their status, which is for the law to read once the MAC was checked.
    -- Null for the many who hold one.
    (SELECT array_agg(record_send(ROW(y.id, y.account, y.organisation, y.role, y.status, y.from_at, y.until_at,
        y.version, y.mac))) FROM guard.habilitation y WHERE y.account = s.account AND y.id <> h.id),
    CASE WHEN a.id IS NOT NULL THEN ARRAY(SELECT record_send(ROW(m.account, m.line, m.since_at, m.version, m.mac))
        FROM guard.line_member m WHERE m.account = a.id) END,
    -- Whether the habilitation serves in the session's application; other applications say nothing here.
    CASE WHEN e.id IS NOT NULL THEN record_send(ROW(e.id, e.habilitation, e.application, e.ended_at, e.version,
        e.mac)) END,
    -- Absences at the habilitation's organisation that the account covers, or will: when is for the law to read. Null
    -- for the many who cover none. What is over is left out, but for what the clocks may differ by.
    (SELECT array_agg(record_send(ROW(v.id, v.organisation, v.account, v.absent, v.from_at, v.until_at, v.made_by,
        v.made_at, v.version, v.mac))) FROM guard.cover v
        WHERE v.account = s.account AND v.organisation = h.organisation AND v.until_at > now() - interval '1 minute')
FROM unnest($1::text::bytea[], $2::text::uuid[]) WITH ORDINALITY AS q (handle_hash, person, n)
LEFT JOIN guard.session s ON s.handle_hash = q.handle_hash
LEFT JOIN guard.account a ON a.id = s.account
LEFT JOIN guard.habilitation h ON h.id = s.habilitation
LEFT JOIN guard.organisation o ON o.id = h.organisation
LEFT JOIN guard.habilitation_application e ON e.habilitation = h.id AND e.application = s.application
-- OFFSET 0 keeps these two apart: flattened, the planner seeks by the first column of the key and filters the rest.
LEFT JOIN LATERAL (
    SELECT r.day, r.marks, r.found_day, r.version, r.mac
    FROM guard.reach r WHERE r.account = s.account AND r.person = q.person OFFSET 0
) x ON true
LEFT JOIN LATERAL (
    SELECT r.organisation, r.kind, r.referent, r.since_at, r.until_at, r.version, r.mac
    FROM guard.relation r
    -- A file archived or restricted is so everywhere: these relations are read whosever they are. A person has few.
    WHERE r.person = q.person AND (r.organisation = h.organisation OR r.kind IN ('archived', 'restricted')) OFFSET 0
) l ON true
