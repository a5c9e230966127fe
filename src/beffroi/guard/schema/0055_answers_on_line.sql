-- What a person is answered in words (guard/person_rights/writing.py), sealed under their key like what they wrote with
-- their request (0052); it goes with that key (I-13), or once the person has had the time to read it.
CREATE TABLE guard.person_request_answer (
    id              uuid PRIMARY KEY REFERENCES guard.person_request,
    person          uuid NOT NULL,             -- whose key seals it, also once that file was merged
    sealed          bytea NOT NULL,            -- bound to person and request: moved to another it does not open
    made_at         timestamptz NOT NULL
);
CREATE INDEX person_request_answer_person ON guard.person_request_answer (person);
CREATE INDEX person_request_answer_made_at ON guard.person_request_answer (made_at);

REVOKE ALL ON guard.person_request_answer FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON guard.person_request_answer TO beffroi_guard;
