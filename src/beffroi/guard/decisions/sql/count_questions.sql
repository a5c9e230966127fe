-- Questions asked by each account ($1) in the batch ($3), in the hour $2; gives back the hour's totals.
INSERT INTO guard.question AS r (account, hour, asked)
SELECT account, $2::int, asked FROM unnest($1::uuid[], $3::int[]) AS q (account, asked)
ON CONFLICT (account, hour) DO UPDATE SET asked = r.asked + excluded.asked
RETURNING r.account, r.asked
