"""Leavers: who has left the organisation, who waits for an answer, the personnel file."""
