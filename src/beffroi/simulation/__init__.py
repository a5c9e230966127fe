"""Invented network and people, daily life, attacks; drives the product from outside, by its public doors."""
