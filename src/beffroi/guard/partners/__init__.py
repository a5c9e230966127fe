"""Partners as the guard keeps them: contracts, check-lists, audits, rosters; what grants takes a second person."""
