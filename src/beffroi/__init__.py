"""Beffroi: shared personal records, opened through one guard."""
