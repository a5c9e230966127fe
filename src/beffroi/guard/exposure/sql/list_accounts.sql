-- Which accounts there are and which state each is in: its own MAC followed by those of its habilitations, which change
-- with any column that a figure depends on.
SELECT a.id, a.mac || coalesce(h.macs, ''::bytea) AS mark
FROM guard.account a
LEFT JOIN (
    SELECT account, string_agg(mac, ''::bytea ORDER BY id) AS macs FROM guard.habilitation GROUP BY account
) h ON h.account = a.id
