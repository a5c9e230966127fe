-- Breaker of applications: what each used day by day, and the limits within which its caps follow (core/breaker.py).

CREATE TABLE guard.breaker (
    id              text PRIMARY KEY REFERENCES guard.application,
    since_day       integer NOT NULL,          -- Europe/Paris ordinal of the day it was registered
    first_hour      integer NOT NULL,          -- caps it was registered with
    first_day       integer NOT NULL,
    first_week      integer NOT NULL,
    first_month     integer NOT NULL,
    hour_ceiling    integer NOT NULL,          -- absolute: no use, however regular, takes the caps above
    day_ceiling     integer NOT NULL,
    week_ceiling    integer NOT NULL,
    month_ceiling   integer NOT NULL,
    frozen          boolean NOT NULL,          -- an alert is open: caps stay, and what is used teaches nothing
    judged_hour     integer NOT NULL,          -- hour since the Unix epoch of which the application's caps are
    version         integer NOT NULL,
    mac             bytea NOT NULL
);

CREATE TABLE guard.application_day (           -- greatest counts seen of the application's budget, day by day
    application     text NOT NULL REFERENCES guard.application,
    day             integer NOT NULL,          -- Europe/Paris ordinal
    hours           bytea NOT NULL,            -- 24 big-endian uint32: distinct people in each hour of the Paris clock
    people          integer NOT NULL,          -- of the day, of the 7 and of the 30 days that end with it
    week            integer NOT NULL,
    month           integer NOT NULL,
    version         integer NOT NULL,
    mac             bytea NOT NULL,
    PRIMARY KEY (application, day)
);

REVOKE ALL ON guard.breaker, guard.application_day FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.breaker, guard.application_day TO beffroi_guard;
