-- How many people the network knows.
SELECT count(*) FROM guard.person
