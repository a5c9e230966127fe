-- A batch written in one call, and the notice of every change to the facts that guards remember between batches.

-- A line of the journal as a batch writes it. Rows travel as arrays of composites: one function scan for a list, and
-- values in binary.
CREATE TYPE guard.line AS (kind text, person uuid, groups integer, account uuid, session uuid, organisation uuid,
    application text, role text, purpose text, explanation text, detail text);

-- Everything a batch changes: budgets, reach, last use of sessions, journal. Gives back the entries' numbers.
--   expected  the turnstile's number as the guard left it: the batch was judged before its turn, and is written only if
--             nothing was committed since; no row comes back otherwise, and nothing is written. Null: the transaction
--             holds the turn already.
-- Statements of their own, so that each sees what was committed before the turn came (READ COMMITTED). A changed row
-- must still have the version before its own, and a batch that finds another is refused whole: so are two that insert
-- the same key, and a budget above its cap (CHECK last_wall).
CREATE FUNCTION guard.write_batch(
    expected bigint, instant timestamptz, policy_version text,
    changed_budgets guard.budget[], new_budgets guard.budget[],
    changed_reach guard.reach[], new_reach guard.reach[],
    sessions_used uuid[], lines guard.line[]
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
    IF changed_budgets <> '{}' THEN
        UPDATE guard.budget b SET hour = q.hour, day = q.day, recent = q.recent,
            hour_spent = q.hour_spent, day_spent = q.day_spent, week_spent = q.week_spent, month_spent = q.month_spent,
            hour_cap = q.hour_cap, day_cap = q.day_cap, week_cap = q.week_cap, month_cap = q.month_cap,
            version = q.version, mac = q.mac
        FROM unnest(changed_budgets) AS q WHERE b.key = q.key AND b.version = q.version - 1;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed <> cardinality(changed_budgets) THEN
            RAISE EXCEPTION 'a budget is not as it was read' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF new_budgets <> '{}' THEN
        INSERT INTO guard.budget SELECT q.* FROM unnest(new_budgets) AS q;
    END IF;
    IF changed_reach <> '{}' THEN
        UPDATE guard.reach r SET day = q.day, marks = q.marks, found_day = q.found_day,
            version = q.version, mac = q.mac
        FROM unnest(changed_reach) AS q
        WHERE r.account = q.account AND r.person = q.person AND r.version = q.version - 1;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed <> cardinality(changed_reach) THEN
            RAISE EXCEPTION 'a reach is not as it was read' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF new_reach <> '{}' THEN
        INSERT INTO guard.reach SELECT q.* FROM unnest(new_reach) AS q;
    END IF;
    IF sessions_used <> '{}' THEN
        UPDATE guard.session SET seen_at = instant WHERE id = ANY (sessions_used);
    END IF;
    RETURN QUERY
    INSERT INTO guard.journal (at, kind, person, groups, account, session, organisation, application, role, purpose,
        explanation, policy, detail)
    SELECT instant, q.kind, q.person, q.groups, q.account, q.session, q.organisation, q.application, q.role, q.purpose,
        q.explanation, policy_version, q.detail
    FROM unnest(lines) AS q
    RETURNING entry;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed <> cardinality(lines) THEN
        RAISE EXCEPTION 'the journal did not take every line' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
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
-- (guard/decisions/connections.py sets the mark). Every trigger is of the statement: the turn is taken before any row is
-- locked, as batches do. New rows matter where their absence was remembered, and in the journal, whose last instant the
-- clock must not go behind.
CREATE FUNCTION guard.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE guard.turnstile SET number = number + 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'guard.turnstile has lost its row' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    noted text[];
BEGIN
    FOREACH noted SLICE 1 IN ARRAY ARRAY[
        ['organisation', 'UPDATE OR DELETE OR TRUNCATE'],
        ['application', 'UPDATE OR DELETE OR TRUNCATE'],
        ['account', 'UPDATE OR DELETE OR TRUNCATE'],
        ['habilitation', 'UPDATE OR DELETE OR TRUNCATE'],
        ['relation', 'UPDATE OR DELETE OR TRUNCATE'],
        ['person', 'UPDATE OR DELETE OR TRUNCATE'],
        ['budget', 'UPDATE OR DELETE OR TRUNCATE'],
        -- All but its last use, which page views write: what a guard remembers of that is older, so stricter.
        ['session', 'UPDATE OF id, handle_hash, application, account, habilitation, level, factor_at, client_hash,
            created_at, expires_at, revoked_at, version, mac OR DELETE OR TRUNCATE'],
        ['policy', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'],
        ['containment', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'],
        ['journal', 'INSERT']
    ] LOOP
        EXECUTE format('CREATE TRIGGER note_change BEFORE %s ON guard.%I FOR EACH STATEMENT
            WHEN (current_setting(''beffroi.batch'', true) IS DISTINCT FROM ''on'')
            EXECUTE FUNCTION guard.note_change()', noted[2], noted[1]);
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION guard.present(), guard.note_change() FROM PUBLIC;
REVOKE ALL ON FUNCTION guard.write_batch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.present(), guard.write_batch, guard.note_change() TO beffroi_guard;
