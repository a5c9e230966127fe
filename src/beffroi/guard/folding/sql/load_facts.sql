-- The facts of the entries from $1 on and after $2, in order; of sessions only those since $3: an older one has ended
-- whatever its row says. The partial index journal_fact leads to them past all openings.
SELECT entry, explanation, account, organisation, application, detail FROM guard.journal
WHERE kind = 'fact' AND entry >= $1 AND entry > $2 AND (explanation <> 'session' OR at > $3) ORDER BY entry
