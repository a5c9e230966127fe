"""A guard with a network of two approvers and a security officer, and a manager of an office, for each module."""

from collections.abc import Iterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.approvals.office import know_domain, seat
from tests.guard.providers.office import Office
from tests.guard.signin.serving import serve


@pytest.fixture(scope="module")
def office(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Served once for a module."""
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as guard:
        know_domain(guard)
        place = guard.run(guard.world.organisation("Network", kind="network"))
        yield Office(
            guard, place,
            seat(guard, "Claire Fontaine", "security-officer", organisation=place),
            seat(guard, "Helene Marchand", "approver", organisation=place),
            seat(guard, "Thomas Leroux", "approver", organisation=place),
            seat(guard, "Philippe Garnier", "account-manager"),
        )  # fmt: skip


@pytest.fixture(autouse=True)
def patient(office: Office) -> None:
    """Counts of attempts at nought: every browser of the tests has the same address."""
    office.guard.execute("DELETE FROM guard.attempt")
