"""The vault: what identifies people, encrypted group by group; found through keyed indexes only."""
