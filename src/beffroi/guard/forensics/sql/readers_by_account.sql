-- Whom did these accounts read between two instants, and which field groups: each person once, with the
-- union of the groups released and the number of openings.
-- ? = from, until (microseconds since 1970, the second excluded).
SELECT person, bit_or(groups) AS groups, count(*) AS openings
FROM opening
WHERE kind IN ('found', 'released') AND person IS NOT NULL AND time_us >= ? AND time_us < ?
    AND account IN (SELECT id FROM scope)
GROUP BY person
