-- Corrections that people asked for (GDPR 16, guard/person_rights): what a file said before and says since is sealed
-- under the person's key, and goes with it (I-13). Which groups, by whom and when is in clear, under the MAC.
CREATE TABLE guard.correction (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,             -- whose key seals it: the file it was made in, also once that was merged
    request         uuid NOT NULL REFERENCES guard.person_request,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    groups          integer NOT NULL,          -- core/fields.py
    corrected_by    uuid NOT NULL,
    corrected_at    timestamptz NOT NULL,
    sealed          bytea NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX correction_person ON guard.correction (person);
CREATE INDEX correction_corrected_at ON guard.correction (corrected_at);

REVOKE ALL ON guard.correction FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON guard.correction TO beffroi_guard;
