"""Consultations as they happen, against the budgets; the journal by page; one entry."""
