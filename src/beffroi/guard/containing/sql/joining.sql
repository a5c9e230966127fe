-- Of accounts just brought into being ($1), the contained lines that each joins: those its makers are recorded in, and
-- those its makers among $1 join. $2 is the request they come from, null for an import: whoever agreed to it is a maker
-- as well, also one whose word counts no more since his line was contained; contained a moment later, it would cut them.
WITH RECURSIVE born (id, maker) AS (
    SELECT a.id, made.by FROM guard.account a CROSS JOIN LATERAL (VALUES (a.requested_by), (a.approved_by)) AS made (by)
    WHERE a.id = ANY ($1::uuid[])
    UNION
    SELECT a.id, p.approver FROM guard.account a JOIN guard.approval p ON p.request = $2::uuid AND p.verdict = 'approve'
    WHERE a.id = ANY ($1::uuid[])
), joining (id, line) AS (
    SELECT b.id, m.line FROM born b JOIN guard.line_member m ON m.account = b.maker
    UNION
    SELECT b.id, j.line FROM joining j JOIN born b ON b.maker = j.id
)
SELECT id, line FROM joining
