-- Attachments of people's files (guard/attachments): each one ciphertext under a key derived from the person's own.
--
-- Person, id, version, kind, media type and whether it was scanned are bound to the ciphertext as associated data: a row
-- changed or moved by whoever writes the database does not open. No decision reads these rows, so they carry no MAC
-- and do not move the turnstile's number. No name of a file is kept.

CREATE TABLE guard.attachment (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    kind            text NOT NULL,             -- a code of core/attachment_kinds.py
    media           text NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
    size            integer NOT NULL CHECK (size > 0),   -- bytes in clear
    scanned         boolean NOT NULL,          -- by a virus scanner, before it was kept
    added_at        timestamptz NOT NULL,
    added_by        uuid NOT NULL,             -- account
    version         integer NOT NULL,
    content         bytea NOT NULL
);
-- A ciphertext does not compress: it goes to its own pages as it is.
ALTER TABLE guard.attachment ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX attachment_person ON guard.attachment (person, added_at, id);

REVOKE ALL ON guard.attachment FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON guard.attachment TO beffroi_guard;
