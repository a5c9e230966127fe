"""Tables of trainings, made by the owner."""
