-- Second factors in force of these accounts: every authenticated column, to verify the row, and the MAC.
SELECT id, account, kind, credential_id, public_key, sign_count, secret, last_step, failures, locked_until, created_at,
    revoked_at, version, mac
FROM guard.factor WHERE account = ANY ($1::uuid[]) AND revoked_at IS NULL
