-- Of accounts just brought into being ($1), the contained lines that each joins: those its makers are recorded in, and
-- those its makers among $1 join.
WITH RECURSIVE born (id, requested_by, approved_by) AS (
    SELECT id, requested_by, approved_by FROM guard.account WHERE id = ANY ($1::uuid[])
), joining (id, line) AS (
    SELECT b.id, m.line FROM born b JOIN guard.line_member m ON m.account IN (b.requested_by, b.approved_by)
    UNION
    SELECT b.id, j.line FROM joining j JOIN born b ON j.id IN (b.requested_by, b.approved_by)
)
SELECT id, line FROM joining
