-- Absences covered at $1, or from some instant until $2: every authenticated column, to verify the row, and the MAC.
SELECT id, organisation, account, absent, from_at, until_at, made_by, made_at, version, mac
FROM guard.cover WHERE until_at > $1 AND from_at <= $2
