-- How many people each budget must have counted at least, by its mark: those whose last opening charged it, by day,
-- over the 30 days that end with $1. The budget's own row may say more, never less. One row a budget: to the guard,
-- a row a day of each would be thirty times the work.
SELECT mark, array_agg(day) AS days, array_agg(people) AS people
FROM (
    SELECT m.mark, r.day, count(*)::int AS people
    FROM guard.reach r, unnest(r.marks) AS m (mark)
    WHERE r.day > $1 - 30 AND r.day <= $1
    GROUP BY m.mark, r.day
) AS by_day
GROUP BY mark
