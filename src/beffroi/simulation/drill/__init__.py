"""Attacks played against the running product, through its public doors, in databases that are thrown away."""
