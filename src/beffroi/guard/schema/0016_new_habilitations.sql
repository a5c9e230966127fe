-- That an account holds no other role is remembered (guard/decisions/memory.py, I-05): a habilitation that appears is
-- a change of what is remembered, as one that changes is (0006_turns.sql).
DROP TRIGGER note_change ON guard.habilitation;
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON guard.habilitation FOR EACH STATEMENT
    WHEN (current_setting('beffroi.batch', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION guard.note_change();
