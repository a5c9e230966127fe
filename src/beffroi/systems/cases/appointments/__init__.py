"""Appointments: an agent's week, an office's day, a person's own. Hours and codes here, names from the guard."""
