"""Sweeps: who has left without saying so is warned and suspended by machine, administrators first (I-12)."""
