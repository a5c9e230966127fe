-- One entry by its number.
SELECT entry, at, kind, person, groups, account, session, organisation, application, role, purpose, explanation, policy, detail
FROM guard.journal WHERE entry = $1
