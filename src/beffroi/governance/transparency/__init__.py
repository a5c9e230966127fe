"""Transparency: people see who consulted their file, keep proofs of it, and say what they do not recognise."""
