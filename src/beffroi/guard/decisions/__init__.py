"""The hot path: one transaction takes all that wait, loads, decides, charges, journals; then all are answered."""
