"""The guard of the doors' tests."""

from tests.guard.doors.conftest import guard

__all__ = ["guard"]
