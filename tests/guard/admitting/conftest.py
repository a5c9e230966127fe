"""Two offices with their directories, and whoever answers for those whom they ask for."""

from tests.guard.scim.conftest import partners

__all__ = ["partners"]
