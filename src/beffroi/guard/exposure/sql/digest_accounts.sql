-- digest_accounts.sql
-- One digest of all accounts, and one of all habilitations, for each first byte of the account's id: it changes with any
-- MAC among them, whichever row it stands in. Each part is a range of an index, which yields it in order: nothing is
-- sorted.
SELECT 'account', n, (
    SELECT sha256(string_agg(uuid_send(p.id) || p.mac, ''::bytea))
    FROM (SELECT id, mac FROM guard.account WHERE id BETWEEN part.first AND part.last ORDER BY id) p)
FROM generate_series(0, 255) AS n, LATERAL (SELECT
    (lpad(to_hex(n), 2, '0') || '000000-0000-0000-0000-000000000000')::uuid AS first,
    (lpad(to_hex(n), 2, '0') || 'ffffff-ffff-ffff-ffff-ffffffffffff')::uuid AS last) AS part
UNION ALL
SELECT 'habilitation', n, (
    SELECT sha256(string_agg(uuid_send(p.account) || p.mac, ''::bytea))
    FROM (SELECT account, mac FROM guard.habilitation WHERE account BETWEEN part.first AND part.last
        ORDER BY account, id) p)
FROM generate_series(0, 255) AS n, LATERAL (SELECT
    (lpad(to_hex(n), 2, '0') || '000000-0000-0000-0000-000000000000')::uuid AS first,
    (lpad(to_hex(n), 2, '0') || 'ffffff-ffff-ffff-ffff-ffffffffffff')::uuid AS last) AS part
