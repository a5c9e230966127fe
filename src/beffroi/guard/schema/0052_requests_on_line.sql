-- Requests that people make in their own space (guard/personal/asking.py): nobody registered them, so registered_by is
-- null. What the person wrote is sealed under their key, and goes with it (I-13).
ALTER TABLE guard.person_request ALTER COLUMN registered_by DROP NOT NULL;

CREATE TABLE guard.person_request_text (
    id              uuid PRIMARY KEY REFERENCES guard.person_request,
    person          uuid NOT NULL,             -- whose key seals it, also once that file was merged
    sealed          bytea NOT NULL,            -- bound to person and request: moved to another it does not open
    made_at         timestamptz NOT NULL
);
CREATE INDEX person_request_text_person ON guard.person_request_text (person);

REVOKE ALL ON guard.person_request_text FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON guard.person_request_text TO beffroi_guard;
