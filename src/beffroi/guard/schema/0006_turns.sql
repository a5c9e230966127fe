-- A batch written in one call, and the notice of every change to the facts that guards remember between batches.

-- Everything a batch changes: budgets, reach, last use of sessions, journal. Gives back the entries' numbers.
--   expected  the turnstile's number as the guard left it: the batch was judged before its turn, and is written only if
--             nothing was committed since; no row comes back otherwise, and nothing is written. Null: the transaction
--             holds the turn already.
-- Statements of their own, so that each sees what was committed before the turn came (READ COMMITTED). A row of version
-- 1 is new; any other must still have the version before it, and a batch that finds another is refused whole: so are
-- two that insert the same key, and a budget above its cap (CHECK last_wall).
-- Lists come as texts of arrays: the driver sends one text where it would encode every element.
CREATE FUNCTION guard.write_batch(
    expected bigint, instant timestamptz, policy_version text,
    budget_count integer, budget_new integer,
    budget_keys text, budget_hours text, budget_days text, recents text,
    hours_spent text, days_spent text, weeks_spent text, months_spent text,
    hour_caps text, day_caps text, week_caps text, month_caps text, budget_versions text, budget_macs text,
    reach_count integer, reach_new integer,
    reach_accounts text, reach_people text, reach_days text, reach_marks text, found_days text, reach_versions text,
    reach_macs text,
    sessions_used text,
    kinds text, people text, groups text, accounts text, sessions text, organisations text, applications text,
    roles text, purposes text, explanations text, details text
) RETURNS SETOF bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    changed integer;
BEGIN
    IF expected IS NOT NULL THEN
        UPDATE guard.turnstile SET number = number + 1 WHERE number = expected;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF budget_count > budget_new THEN
        UPDATE guard.budget b SET hour = q.hour, day = q.day, recent = q.recent,
            hour_spent = q.hour_spent, day_spent = q.day_spent, week_spent = q.week_spent, month_spent = q.month_spent,
            hour_cap = q.hour_cap, day_cap = q.day_cap, week_cap = q.week_cap, month_cap = q.month_cap,
            version = q.version, mac = q.mac
        FROM unnest(budget_keys::text[], budget_hours::int[], budget_days::int[], recents::bytea[],
            hours_spent::int[], days_spent::int[], weeks_spent::int[], months_spent::int[],
            hour_caps::int[], day_caps::int[], week_caps::int[], month_caps::int[], budget_versions::int[],
            budget_macs::bytea[])
            AS q (key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent,
                hour_cap, day_cap, week_cap, month_cap, version, mac)
        WHERE q.version > 1 AND b.key = q.key AND b.version = q.version - 1;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed <> budget_count - budget_new THEN
            RAISE EXCEPTION 'a budget is not as it was read' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF budget_new > 0 THEN
        INSERT INTO guard.budget
        SELECT q.* FROM unnest(budget_keys::text[], budget_hours::int[], budget_days::int[], recents::bytea[],
            hours_spent::int[], days_spent::int[], weeks_spent::int[], months_spent::int[],
            hour_caps::int[], day_caps::int[], week_caps::int[], month_caps::int[], budget_versions::int[],
            budget_macs::bytea[])
            AS q (key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent,
                hour_cap, day_cap, week_cap, month_cap, version, mac)
        WHERE q.version = 1;
    END IF;
    IF reach_new > 0 THEN
        INSERT INTO guard.reach
        SELECT q.account, q.person, q.day, q.marks::bigint[], q.found_day, q.version, q.mac
        FROM unnest(reach_accounts::uuid[], reach_people::uuid[], reach_days::int[], reach_marks::text[],
            found_days::int[], reach_versions::int[], reach_macs::bytea[])
            AS q (account, person, day, marks, found_day, version, mac)
        WHERE q.version = 1;
    END IF;
    IF reach_count > reach_new THEN
        UPDATE guard.reach r SET day = q.day, marks = q.marks::bigint[], found_day = q.found_day,
            version = q.version, mac = q.mac
        FROM unnest(reach_accounts::uuid[], reach_people::uuid[], reach_days::int[], reach_marks::text[],
            found_days::int[], reach_versions::int[], reach_macs::bytea[])
            AS q (account, person, day, marks, found_day, version, mac)
        WHERE q.version > 1 AND r.account = q.account AND r.person = q.person AND r.version = q.version - 1;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed <> reach_count - reach_new THEN
            RAISE EXCEPTION 'a reach is not as it was read' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF sessions_used <> '{}' THEN
        UPDATE guard.session s SET seen_at = instant FROM unnest(sessions_used::uuid[]) AS q (id) WHERE s.id = q.id;
    END IF;
    RETURN QUERY
    INSERT INTO guard.journal (at, kind, person, groups, account, session, organisation, application, role, purpose,
        explanation, policy, detail)
    SELECT instant, q.kind, q.person, q.groups, q.account, q.session, q.organisation, q.application, q.role, q.purpose,
        q.explanation, policy_version, q.detail
    FROM unnest(kinds::text[], people::uuid[], groups::int[], accounts::uuid[], sessions::uuid[],
        organisations::uuid[], applications::text[], roles::text[], purposes::text[], explanations::text[],
        details::text[])
        AS q (kind, person, groups, account, session, organisation, application, role, purpose, explanation, detail)
    RETURNING entry;
END $$;

-- The sole clock without a look at the journal: for a guard that remembers the last instant it wrote.
CREATE FUNCTION guard.present() RETURNS timestamptz LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regnamespace('beffroi_scratch') IS NOT NULL THEN
        RETURN clock_timestamp() + coalesce((SELECT shift FROM guard.drill_clock), '0');
    END IF;
    RETURN clock_timestamp();
END $$;

-- Whoever changes a fact that guards remember, or one that a batch under way has read, adds one to the turnstile's
-- number, whatever the way: a command, an operator's SQL, a restore. Batches do it themselves, once
-- (guard/decisions/connections.py sets the mark). New rows matter only where their absence was remembered.
CREATE FUNCTION guard.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE guard.turnstile SET number = number + 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'guard.turnstile has lost its row' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_LEVEL = 'ROW' THEN NEW END;
END $$;

DO $$
DECLARE
    remembered text;
BEGIN
    FOREACH remembered IN ARRAY ARRAY['organisation', 'application', 'account', 'habilitation', 'budget', 'relation',
        'person', 'session', 'policy', 'containment'] LOOP
        EXECUTE format('CREATE TRIGGER note_change BEFORE %s ON guard.%I FOR EACH STATEMENT
            WHEN (current_setting(''beffroi.batch'', true) IS DISTINCT FROM ''on'')
            EXECUTE FUNCTION guard.note_change()',
            CASE WHEN remembered IN ('policy', 'containment') THEN 'INSERT OR UPDATE OR DELETE OR TRUNCATE'
                 WHEN remembered = 'session' THEN 'DELETE OR TRUNCATE'
                 ELSE 'UPDATE OR DELETE OR TRUNCATE' END, remembered);
    END LOOP;
END $$;
-- Of a session in use all but its last use, which page views write: what a guard remembers of it is older, so stricter.
CREATE TRIGGER note_use BEFORE UPDATE OF id, handle_hash, application, account, habilitation, level, factor_at,
    client_hash, created_at, expires_at, revoked_at, version, mac ON guard.session
    FOR EACH ROW WHEN (OLD.handle_hash IS NOT NULL AND current_setting('beffroi.batch', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION guard.note_change();

REVOKE ALL ON FUNCTION guard.present(), guard.note_change() FROM PUBLIC;
REVOKE ALL ON FUNCTION guard.write_batch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.present(), guard.write_batch, guard.note_change() TO beffroi_guard;
