"""Pages of containment."""
