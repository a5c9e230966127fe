"""The awareness course, its exam and the attestation that access depends on (I-12)."""
