"""A guard, a provider and a database for each module of this folder; a manager and two approvers in it."""

from collections.abc import Iterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, know_domain, seat
from tests.guard.signin.serving import Guard, serve


@pytest.fixture(scope="module")
def guard(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """Served once for a module; the roster of its organisation knows one domain."""
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as served:
        know_domain(served)
        yield served


@pytest.fixture(scope="module")
def manager(guard: Guard) -> Seat:
    """An account manager."""
    return seat(guard, "Philippe Garnier", "account-manager")


@pytest.fixture(scope="module")
def helene(guard: Guard) -> Seat:
    """An approver outside the manager's line."""
    return seat(guard, "Helene Marchand", "approver")


@pytest.fixture(scope="module")
def thomas(guard: Guard) -> Seat:
    """Another one."""
    return seat(guard, "Thomas Leroux", "approver")
