"""Pages of the live view."""
