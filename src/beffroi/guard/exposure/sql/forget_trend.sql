-- Days before $1 are outlived.
DELETE FROM guard.exposure WHERE day < $1
