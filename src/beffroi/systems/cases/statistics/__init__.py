"""Counts of an office's work, without identity and without small numbers."""
