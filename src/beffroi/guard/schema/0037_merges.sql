-- Two files of one person made one (guard/merging): `person` is from merged_at on another id of `survivor`, until it
-- ended_at. Random ids only: the row stays when the person is erased, so that what the journal says of both ids is
-- known to be about one person.
CREATE TABLE guard.person_alias (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    survivor        uuid NOT NULL CHECK (survivor <> person),
    organisation    uuid NOT NULL REFERENCES guard.organisation,
    merged_by       uuid NOT NULL,
    merged_at       timestamptz NOT NULL,
    undo_until      timestamptz NOT NULL,      -- until then the two can be parted again
    ended_at        timestamptz,               -- parted
    ended_by        uuid,
    version         integer NOT NULL,
    mac             bytea NOT NULL
);
CREATE UNIQUE INDEX person_alias_person ON guard.person_alias (person) WHERE ended_at IS NULL;
CREATE INDEX person_alias_survivor ON guard.person_alias (survivor) WHERE ended_at IS NULL;
CREATE INDEX person_alias_organisation ON guard.person_alias (organisation, merged_at);

-- What parting them again needs: groups and relations as they were, sealed under the survivor's own key. Forgotten
-- once they can no longer be parted, and with the person (I-13).
CREATE TABLE guard.merge_kept (
    merge           uuid PRIMARY KEY,
    person          uuid NOT NULL,             -- the survivor
    sealed          bytea NOT NULL
);
CREATE INDEX merge_kept_person ON guard.merge_kept (person);

REVOKE ALL ON guard.person_alias, guard.merge_kept FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON guard.person_alias TO beffroi_guard;
GRANT SELECT, INSERT, DELETE ON guard.merge_kept TO beffroi_guard;
