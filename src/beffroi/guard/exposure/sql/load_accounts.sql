-- Accounts by id: every authenticated column, to verify the row, and the MAC.
SELECT id, status, subject_index, idp_id, email_index, attested_until, reviewed_until, requested_by, approved_by, pools,
    created_at, version, mac
FROM guard.account WHERE id = ANY ($1::uuid[])
