-- Who is cut off with a line, as written down when it was contained or when they came into being since. Rows are taken
-- as they are: a decision refuses whoever is named by a forged one.
SELECT m.account FROM guard.line_member m
WHERE m.line::text IN (SELECT c.scope FROM guard.containment c WHERE c.kind = 'line' AND c.lifted_at IS NULL)
