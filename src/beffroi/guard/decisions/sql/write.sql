-- Everything a batch changes, in one statement: budgets, reach, last use of sessions, journal. Under the turnstile
-- the load has seen every committed row, so what exists is updated and what does not is inserted; anything else is
-- a broken invariant, and the primary key or the CHECK on guard.budget refuses the whole batch.
-- Budgets are one list ($1 to $14) of which $15 says whether the row exists; reach likewise ($16 to $21).
WITH budget AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::bytea[], $5::int[], $6::int[], $7::int[], $8::int[],
        $9::int[], $10::int[], $11::int[], $12::int[], $13::int[], $14::bytea[], $15::boolean[])
    AS q (key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent,
        hour_cap, day_cap, week_cap, month_cap, version, mac, known)
), budget_changed AS (
    UPDATE guard.budget b SET hour = q.hour, day = q.day, recent = q.recent,
        hour_spent = q.hour_spent, day_spent = q.day_spent, week_spent = q.week_spent, month_spent = q.month_spent,
        hour_cap = q.hour_cap, day_cap = q.day_cap, week_cap = q.week_cap, month_cap = q.month_cap,
        version = q.version, mac = q.mac
    FROM budget q WHERE q.known AND b.key = q.key
), budget_new AS (
    INSERT INTO guard.budget SELECT key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent,
        hour_cap, day_cap, week_cap, month_cap, version, mac FROM budget WHERE NOT known
), reach AS (
    SELECT * FROM unnest($16::uuid[], $17::uuid[], $18::int[], $19::text[], $20::int[], $21::boolean[])
    AS q (account, person, day, marks, found_day, known)
), reach_changed AS (
    UPDATE guard.reach r SET day = q.day, marks = q.marks::bigint[], found_day = q.found_day
    FROM reach q WHERE q.known AND r.account = q.account AND r.person = q.person
), reach_new AS (
    INSERT INTO guard.reach SELECT account, person, day, marks::bigint[], found_day FROM reach WHERE NOT known
), session_used AS (
    UPDATE guard.session s SET seen_at = $22 FROM unnest($23::uuid[]) AS q (id) WHERE s.id = q.id
)
INSERT INTO guard.journal (at, kind, person, groups, account, session, organisation, application, role, purpose,
    explanation, policy, detail)
SELECT $22, kind, person, groups, account, session, organisation, application, role, purpose, explanation, $34, detail
FROM unnest($24::text[], $25::uuid[], $26::int[], $27::uuid[], $28::uuid[], $29::uuid[], $30::text[], $31::text[],
    $32::text[], $33::text[], $35::text[])
    AS q (kind, person, groups, account, session, organisation, application, role, purpose, explanation, detail)
RETURNING entry
