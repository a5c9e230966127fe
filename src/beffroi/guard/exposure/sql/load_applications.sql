-- Every application with the caps of its breaker today; a handful.
SELECT id, name, organisation, open, redirect_uris, hour_cap, day_cap, week_cap, month_cap, version, mac
FROM guard.application
