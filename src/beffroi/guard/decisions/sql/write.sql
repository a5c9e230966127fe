-- Everything a batch changes, in one call: schema/0006_turns.sql.
SELECT guard.write_batch($1, $2, $3, $4, $5, $6, $7, $8, $9)
