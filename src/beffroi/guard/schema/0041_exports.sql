-- Copies of files of several people that were handed out (guard/exporting). Who holds a sheet reads the mark on each of
-- its lines; the mark leads to this row. The openings themselves are in the journal, with the copy's id.

CREATE TABLE guard.export_copy (
    id              uuid PRIMARY KEY,
    mark            text NOT NULL UNIQUE,      -- core/exporting.py: 60 random bits, on each line of the file
    account         uuid NOT NULL REFERENCES guard.account,
    session         uuid NOT NULL,
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    application     text NOT NULL,
    purpose         text NOT NULL,
    groups          integer NOT NULL,          -- bits of core/fields.py
    reason          text NOT NULL,             -- a code of the policy
    people          integer NOT NULL,
    request         uuid REFERENCES guard.request,  -- what a second person agreed to; null where nobody had to
    made_at         timestamptz NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE INDEX export_copy_request ON guard.export_copy (request) WHERE request IS NOT NULL;

REVOKE ALL ON guard.export_copy FROM PUBLIC;
GRANT SELECT, INSERT ON guard.export_copy TO beffroi_guard;
