-- What a person did not recognise carries a MAC like its neighbours (I-16): an answer slipped in behind the guard, a
-- report made to look answered, or taken away, is noticed. Rows that exist are stamped by the program in this file's
-- transaction (guard/personal/adopting.py).

ALTER TABLE guard.report
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN mac bytea NOT NULL DEFAULT '';
ALTER TABLE guard.report ALTER COLUMN version DROP DEFAULT, ALTER COLUMN mac DROP DEFAULT;
