"""Incidents: who was read, exactly. Its pages hold random ids and figures; what is asked is posted."""
