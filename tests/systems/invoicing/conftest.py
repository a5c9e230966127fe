"""A training organisation that bills, and the offices that order."""

from tests.config.console.conftest import stack

__all__ = ["stack"]
