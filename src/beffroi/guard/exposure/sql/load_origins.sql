-- Who requested and who last approved each habilitation of these accounts: every authenticated column, to verify the row,
-- and the MAC. Written with the habilitation, whose MAC tells that the account changed.
SELECT h.account, o.* FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id WHERE h.account = ANY ($1::uuid[])
