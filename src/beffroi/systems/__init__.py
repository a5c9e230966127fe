"""Business applications, guarded exactly as a third party would be."""
