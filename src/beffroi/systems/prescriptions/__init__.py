"""Prescriptions: the catalogue of training sessions, and who is sent to which. Names come from the guard alone."""
