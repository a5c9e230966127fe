"""The guard: sole holder of the keys; every file opens through it. Never Django."""
