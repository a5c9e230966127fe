-- Of people $1 whom a search has just found, those whom one can still find: not erased meanwhile, nor merged into
-- another file, which leaves no blind index. A find remembered of anybody else would outlive what it is about (I-13).
SELECT id FROM guard.person
WHERE id = ANY ($1::text::uuid[])
    AND coalesce(blind_nir, blind_agency_id, blind_email, blind_phone, blind_name, blind_birth_name) IS NOT NULL
