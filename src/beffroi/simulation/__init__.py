"""Invented network and people, daily life and attacks; drives the product from outside, by its public doors."""
