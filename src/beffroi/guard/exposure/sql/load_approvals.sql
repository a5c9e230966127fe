-- Everybody who agreed to the requests behind some habilitations, not the last approver alone.
SELECT p.* FROM guard.approval p
WHERE p.verdict = 'approve' AND p.request IN (
    SELECT o.request FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id WHERE h.account = ANY ($1::uuid[]))
