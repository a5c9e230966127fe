"""Openings by break-glass: those that wait for a verdict, the reason that was typed, the verdict."""
