-- What an allowed opening will decrypt after the commit: person $1, and of each only the groups of its own
-- decision ($2, bits of core/fields.py); another group's ciphertext is never read (I-10).
SELECT q.n, p.epoch, p.wrapped_key,
    CASE WHEN q.groups &   1 <> 0 THEN p.identity END,
    CASE WHEN q.groups &   2 <> 0 THEN p.contact END,
    CASE WHEN q.groups &   4 <> 0 THEN p.nir END,
    CASE WHEN q.groups &   8 <> 0 THEN p.agency_id END,
    CASE WHEN q.groups &  16 <> 0 THEN p.situation END,
    CASE WHEN q.groups &  32 <> 0 THEN p.followup END,
    CASE WHEN q.groups &  64 <> 0 THEN p.training END,
    CASE WHEN q.groups & 128 <> 0 THEN p.legal_representative END,
    CASE WHEN q.groups & 512 <> 0 THEN p.sensitive_followup END,
    p.version
FROM unnest($1::text::uuid[], $2::text::int[]) WITH ORDINALITY AS q (person, groups, n)
JOIN guard.person p ON p.id = q.person
