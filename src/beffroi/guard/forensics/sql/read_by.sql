-- Who read this person between two instants, when, which field groups and why: one row an opening.
-- ? = person, from, until (microseconds since 1970, the second excluded).
SELECT time_us, entry, kind, groups, account, organisation, application, role, purpose, explanation
FROM opening
WHERE kind IN ('found', 'released') AND person = ? AND time_us >= ? AND time_us < ?
