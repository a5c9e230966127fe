-- Containment of a line of creation, and what is remembered of every cut: who, why, what it ended.

-- An account stands in a line that was contained (guard/containing/lineage.py). Written for every member when a line is
-- contained, and for every account that the line brings into being afterwards; never taken back, since who brought whom
-- into being does not change: lifting ends the containment, and these rows then cut nobody.
CREATE TABLE guard.line_member (
    account         uuid NOT NULL REFERENCES guard.account,
    line            uuid NOT NULL REFERENCES guard.account,
    since_at        timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    PRIMARY KEY (account, line)                -- the decision looks up an account
);
CREATE INDEX line_member_line ON guard.line_member (line);
CREATE INDEX account_requested_by ON guard.account (requested_by) WHERE requested_by IS NOT NULL;
CREATE INDEX account_approved_by ON guard.account (approved_by) WHERE approved_by IS NOT NULL;

-- One gesture: a containment (same id) or the suspension of an account by hand. Says nothing a decision reads.
CREATE TABLE guard.cut (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,             -- as guard.containment, or suspension
    scope           text NOT NULL,
    groups          integer NOT NULL,
    made_by         uuid,                      -- account of who cut; null from the command line
    operator        text,                      -- system user of the command line; null through a door
    organisation    uuid,                      -- from which whoever cut was acting; null from the command line
    reason          text NOT NULL,             -- short code
    accounts        integer NOT NULL,          -- accounts cut by name: one, or a whole line; 0 for other scopes
    sessions        integer NOT NULL,          -- live sessions that ended with it
    since_at        timestamptz NOT NULL,
    ended_at        timestamptz,               -- lifted, or the account restored
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX cut_since ON guard.cut (since_at);
CREATE INDEX cut_made_by ON guard.cut (made_by, since_at) WHERE made_by IS NOT NULL;

-- Whoever creates accounts must record those of a contained line. Forgotten, the creation is refused at its commit:
-- otherwise a contained line would live on in its children (I-07).
CREATE FUNCTION guard.keep_line() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM guard.line_member m WHERE m.account IN (NEW.requested_by, NEW.approved_by)
            AND NOT EXISTS (SELECT FROM guard.line_member n WHERE n.account = NEW.id AND n.line = m.line)
    ) THEN
        RAISE EXCEPTION 'an account of a contained line is not recorded as such'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER keep_line AFTER INSERT ON guard.account DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.requested_by IS NOT NULL OR NEW.approved_by IS NOT NULL)
    EXECUTE FUNCTION guard.keep_line();

-- Guards remember in which contained lines an account stands (0006).
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON guard.line_member FOR EACH STATEMENT
    WHEN (current_setting('beffroi.batch', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION guard.note_change();

REVOKE ALL ON guard.line_member, guard.cut FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.line_member, guard.cut TO beffroi_guard;
REVOKE ALL ON FUNCTION guard.keep_line() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.keep_line() TO beffroi_guard;
