"""Archive and erasure on screen: lists of files that are due, what is held back, the way to two signatures."""
