"""Trainings: a training organisation follows its own trainees, day by day, until their certificate."""
