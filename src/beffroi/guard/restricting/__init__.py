"""Restrictions of what may be done with a file, at its person's request."""
