-- The days $2 of the accounts $1, oldest first: one look-up of the key for each.
SELECT e.account, e.day, e.direct_24, e.through_24
FROM unnest($2::int[]) AS d (day) JOIN guard.exposure e ON e.day = d.day AND e.account = ANY ($1::uuid[])
ORDER BY e.day
