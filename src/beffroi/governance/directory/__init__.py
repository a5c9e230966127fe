"""Who is here: sign-in through the guard, membership, account page, and the pages of general refusals."""
