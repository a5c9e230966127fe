"""Sessions: begun by the guard's own sign-in, redeemed by one application, held by one client, ended at once."""
