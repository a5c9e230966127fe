-- What is cut off now.
SELECT id, kind, scope, groups, since_at, lifted_at, version, mac FROM guard.containment WHERE lifted_at IS NULL
