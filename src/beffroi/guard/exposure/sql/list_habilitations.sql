-- The same of habilitations, with the account that holds each.
SELECT id, account, mac FROM guard.habilitation
