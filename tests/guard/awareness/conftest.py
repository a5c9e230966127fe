"""A guard served over HTTP for each module of this folder."""

from tests.guard.signin.conftest import guard, running

__all__ = ["guard", "running"]
