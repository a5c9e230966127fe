-- Which accounts there are and which state each is in: a MAC changes with any column that a figure depends on.
SELECT id, mac FROM guard.account
