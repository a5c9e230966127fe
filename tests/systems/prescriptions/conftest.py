"""A training organisation that keeps a catalogue, and an office that reads it."""

from tests.config.console.conftest import stack

__all__ = ["stack"]
