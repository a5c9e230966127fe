"""The guard's doors: each reads a body, puts requests to the hot path, and writes the answer."""
