"""The same served guard as the sign-in pages'."""

from tests.guard.signin.conftest import guard, running

__all__ = ["guard", "running"]
