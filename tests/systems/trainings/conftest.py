"""A training organisation that follows its trainees, and the office that sent them."""

from tests.config.console.conftest import stack

__all__ = ["stack"]
