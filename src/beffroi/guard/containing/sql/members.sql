-- An account and everybody it brought into being, at any distance: whom it requested or approved, and so on. $1 account.
-- Two look-ups by index a member, and one among those whom two people let in, since an account names the last of them
-- alone; UNION ends a cycle, which no command can make. Whether $1 is a founder, whose line is himself alone, is not
-- known here (guard/containing/lineage.py): no other member can be one, since nobody brought a founder into being.
WITH RECURSIVE agreed (maker, made) AS MATERIALIZED (
    SELECT DISTINCT p.approver, a.id
    FROM guard.request r
    JOIN guard.approval p ON p.request = r.id AND p.verdict = 'approve'
    JOIN guard.origin o ON o.request = r.id
    JOIN guard.habilitation h ON h.id = o.id
    JOIN guard.account a ON a.id = h.account AND a.approved_by <> p.approver
    WHERE r.needed > 1 AND r.beneficiary IS NULL
), line (id) AS (
    SELECT $1::uuid
    UNION
    SELECT made.id FROM line CROSS JOIN LATERAL (
        SELECT a.id FROM guard.account a WHERE a.requested_by = line.id
        UNION ALL
        SELECT a.id FROM guard.account a WHERE a.approved_by = line.id
        UNION ALL
        SELECT g.made FROM agreed g WHERE g.maker = line.id
    ) made
)
SELECT id FROM line
