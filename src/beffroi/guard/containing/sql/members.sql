-- An account and everybody it brought into being, at any distance: whom it requested or approved, and so on. $1 account.
-- Two look-ups by index a member; UNION ends a cycle, which no command can make. Whether $1 is a founder, whose line is
-- himself alone, is not known here (guard/containing/lineage.py): no other member can be one, since nobody brought a
-- founder into being.
WITH RECURSIVE line (id) AS (
    SELECT $1::uuid
    UNION
    SELECT made.id FROM line CROSS JOIN LATERAL (
        SELECT a.id FROM guard.account a WHERE a.requested_by = line.id
        UNION ALL
        SELECT a.id FROM guard.account a WHERE a.approved_by = line.id
    ) made
)
SELECT id FROM line
