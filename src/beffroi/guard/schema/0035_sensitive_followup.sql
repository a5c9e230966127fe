-- Notes that not every reader of a follow-up may read: a field group of their own (core/fields.py, bit 512), which a
-- decision opens or withholds as it does any other. Nobody has any yet.
ALTER TABLE guard.person ADD COLUMN sensitive_followup bytea;
