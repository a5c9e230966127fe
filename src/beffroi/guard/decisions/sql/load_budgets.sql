-- Budget rows by key ($1, without repetition); a budget that never counted anybody has no row.
SELECT key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent,
    hour_cap, day_cap, week_cap, month_cap, version, mac
FROM guard.budget WHERE key = ANY ($1::text::text[])
