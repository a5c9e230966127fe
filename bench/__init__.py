"""Figures of speed: each measured against a baseline in the same run. See README.md."""
