-- Consultations of each of the last 60 minutes before $1: how many minutes ago, how many entries. $2: of one
-- organisation, or null for all.
SELECT floor(extract(epoch FROM $1::timestamptz - at) / 60)::integer AS ago, count(*) AS entries
FROM guard.journal
WHERE kind = 'released' AND at > $1::timestamptz - interval '60 minutes' AND at <= $1
    AND ($2::uuid IS NULL OR organisation = $2)
GROUP BY 1
