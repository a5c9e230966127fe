-- Openings that no file holds yet, from instants $1 to $2 (excluded): of the persons, accounts, organisations, sessions
-- or applications of the question, the others being null.
SELECT at, entry, kind, person, groups, account, session, organisation, application, role, purpose, explanation
FROM guard.journal
WHERE kind IN ('found', 'released') AND person IS NOT NULL AND at >= $1 AND at < $2
    AND ($3::uuid[] IS NULL OR person = ANY ($3)) AND ($4::uuid[] IS NULL OR account = ANY ($4))
    AND ($5::uuid[] IS NULL OR organisation = ANY ($5)) AND ($6::uuid[] IS NULL OR session = ANY ($6))
    AND ($7::text[] IS NULL OR application = ANY ($7))
