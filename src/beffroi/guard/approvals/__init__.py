"""Four eyes: one mechanism for whatever a person asks for and others must agree to (I-04)."""
