-- Accounts a sweep looks at, with their last use and what earlier sweeps noted; $1 some ids, or null for everybody.
-- The last use is that of the three sessions begun last: one begun earlier ended ten hours after its beginning at most.
SELECT
    a.id, a.status, a.subject_index, a.idp_id, a.email_index, a.attested_until, a.reviewed_until, a.requested_by,
    a.approved_by, a.pools, a.created_at, a.version, a.mac,
    (SELECT max(s.seen_at) FROM (
        SELECT seen_at FROM guard.session WHERE account = a.id ORDER BY created_at DESC LIMIT 3) s) AS used_at,
    w.id AS swept_id, w.warned_at, w.suspended_at, w.restarted_at, w.version AS swept_version, w.mac AS swept_mac
FROM guard.account a
LEFT JOIN guard.swept w ON w.id = a.id
WHERE a.status <> 'closed' AND ($1::uuid[] IS NULL OR a.id = ANY ($1))
