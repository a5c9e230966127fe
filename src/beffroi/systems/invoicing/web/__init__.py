"""Pages of the catalogue and of prescriptions."""
