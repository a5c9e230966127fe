"""Pages of archive and erasure."""
