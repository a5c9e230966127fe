"""The guard of the doors' tests: in this process, over its real database."""

from tests.guard.doors.conftest import guard

__all__ = ["guard"]
