"""A guard with a network of two approvers and a security officer, for each module of this folder."""

from collections.abc import Iterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.approvals.office import seat
from tests.guard.partners.network import Network
from tests.guard.signin.serving import serve


@pytest.fixture(scope="module")
def network(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Served once for a module."""
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as guard:
        place = guard.run(guard.world.organisation("Network", kind="network"))
        yield Network(
            guard, place,
            seat(guard, "Claire Fontaine", "security-officer", organisation=place),
            seat(guard, "Helene Marchand", "approver", organisation=place),
            seat(guard, "Thomas Leroux", "approver", organisation=place),
            seat(guard, "Philippe Garnier", "account-manager"),
        )  # fmt: skip
