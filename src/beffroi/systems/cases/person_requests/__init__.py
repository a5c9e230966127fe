"""Requests of the people concerned, as the data-protection correspondent works on them."""
