-- Absences that are covered (guard/relating/covering.py): from from_at until until_at the people whose referent is
-- `absent` at this organisation are, for `account`, as his own. It ends by itself; ended before, until_at comes nearer.
-- `made_by` is `absent` where the absent colleague said so: then it draws on the stand-in's portfolio at once.

CREATE TABLE guard.cover (
    id              uuid PRIMARY KEY,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    account         uuid NOT NULL REFERENCES guard.account,   -- who stands in
    absent          uuid NOT NULL REFERENCES guard.account,
    from_at         timestamptz NOT NULL,
    until_at        timestamptz NOT NULL,
    made_by         uuid NOT NULL,
    made_at         timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX cover_account ON guard.cover (account, organisation);
CREATE INDEX cover_organisation ON guard.cover (organisation, until_at);

REVOKE ALL ON guard.cover FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.cover TO beffroi_guard;

-- Guards remember who stands in for whom, and for whom nobody does (schema/0006_turns.sql).
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON guard.cover FOR EACH STATEMENT
    WHEN (current_setting('beffroi.batch', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION guard.note_change();
