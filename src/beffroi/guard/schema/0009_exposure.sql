-- The trend of exposures: one row an account and day, written once a day, kept 400 days. No MAC: it grants nothing, and
-- no decision reads it. People within reach in any span of 1, 24 and 72 hours (beffroi.core.exposure).

CREATE TABLE guard.exposure (
    day             integer NOT NULL,          -- Europe/Paris ordinal
    account         uuid NOT NULL,
    direct_1        integer NOT NULL,          -- by the account itself
    direct_24       integer NOT NULL,
    direct_72       integer NOT NULL,
    through_1       integer NOT NULL,          -- through the unconfirmed accounts it brought into being
    through_24      integer NOT NULL,
    through_72      integer NOT NULL,
    potential_24    integer NOT NULL,          -- if two careless people accepted what it may request
    unguarded       integer NOT NULL,          -- if there were no guard
    PRIMARY KEY (day, account)
);

REVOKE ALL ON guard.exposure FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON guard.exposure TO beffroi_guard;
