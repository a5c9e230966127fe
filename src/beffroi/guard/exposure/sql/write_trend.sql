-- The figures of one day $1 for many accounts; a second writing of the day replaces the first.
INSERT INTO guard.exposure (day, account, direct_1, direct_24, direct_72, through_1, through_24, through_72, potential_24,
    unguarded)
SELECT $1, q.* FROM unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[],
    $10::int[]) AS q
ON CONFLICT (day, account) DO UPDATE SET direct_1 = excluded.direct_1, direct_24 = excluded.direct_24,
    direct_72 = excluded.direct_72, through_1 = excluded.through_1, through_24 = excluded.through_24,
    through_72 = excluded.through_72, potential_24 = excluded.potential_24, unguarded = excluded.unguarded
