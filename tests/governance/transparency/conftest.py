"""The same stack as the console's own tests."""

from tests.config.console.conftest import stack

__all__ = ["stack"]
