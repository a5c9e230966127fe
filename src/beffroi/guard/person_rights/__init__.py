"""Requests of the people concerned: the register of each organisation, and its delays."""
