"""The hot path: requests wait, one transaction takes all that wait, loads, decides, charges, journals, commits, answers."""
