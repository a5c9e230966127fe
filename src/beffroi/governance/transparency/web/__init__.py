"""Pages of the personal space, and of the reports that come out of it."""
