-- What the names of these agents are read from.
SELECT id, wrapped_key, epoch, personal FROM guard.account WHERE id = ANY ($1::uuid[])
