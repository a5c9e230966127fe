-- Everything a batch changes, in one statement: budgets, reach, last use of sessions, journal. Under the turnstile
-- the load has seen every committed row, so what exists is updated and what does not is inserted; anything else is
-- a broken invariant, and the primary key or the CHECK on guard.budget refuses the whole batch.
-- Budgets are one list ($1 to $14) of which $15 says whether the row exists; reach another ($16 to $22), in which
-- a row of version 1 is new.
WITH budget AS (
    SELECT * FROM unnest($1::text::text[], $2::text::int[], $3::text::int[], $4::text::bytea[], $5::text::int[], $6::text::int[], $7::text::int[], $8::text::int[],
        $9::text::int[], $10::text::int[], $11::text::int[], $12::text::int[], $13::text::int[], $14::text::bytea[], $15::text::boolean[])
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
    SELECT * FROM unnest($16::text::uuid[], $17::text::uuid[], $18::text::int[], $19::text::text[], $20::text::int[], $21::text::int[], $22::text::bytea[])
    AS q (account, person, day, marks, found_day, version, mac)
), reach_changed AS (
    UPDATE guard.reach r SET day = q.day, marks = q.marks::bigint[], found_day = q.found_day,
        version = q.version, mac = q.mac
    FROM reach q WHERE q.version > 1 AND r.account = q.account AND r.person = q.person
), reach_new AS (
    INSERT INTO guard.reach SELECT account, person, day, marks::bigint[], found_day, version, mac FROM reach
    WHERE version = 1
), session_used AS (
    UPDATE guard.session s SET seen_at = $23 FROM unnest($24::text::uuid[]) AS q (id) WHERE s.id = q.id
)
INSERT INTO guard.journal (at, kind, person, groups, account, session, organisation, application, role, purpose,
    explanation, policy, detail)
SELECT $23, kind, person, groups, account, session, organisation, application, role, purpose, explanation, $35, detail
FROM unnest($25::text::text[], $26::text::uuid[], $27::text::int[], $28::text::uuid[], $29::text::uuid[], $30::text::uuid[], $31::text::text[], $32::text::text[],
    $33::text::text[], $34::text::text[], $36::text::text[])
    AS q (kind, person, groups, account, session, organisation, application, role, purpose, explanation, detail)
RETURNING entry
