-- list_accounts.sql
-- The accounts whose id begins with one of these bytes, and which state each is in: its own MAC followed by those of its
-- habilitations, which change with any column that a figure depends on.
SELECT get_byte(uuid_send(a.id), 0), a.id, a.mac || coalesce(h.macs, ''::bytea) AS mark
FROM guard.account a
LEFT JOIN (
    SELECT account, string_agg(mac, ''::bytea ORDER BY id) AS macs FROM guard.habilitation
    WHERE get_byte(uuid_send(account), 0) = ANY ($1::int[]) GROUP BY account
) h ON h.account = a.id
WHERE get_byte(uuid_send(a.id), 0) = ANY ($1::int[])
