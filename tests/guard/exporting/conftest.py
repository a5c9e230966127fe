"""A whole guard, its hot path included, with an adviser, two approvers and an account manager signed in."""

from collections.abc import Iterator

import pytest

from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.signin.serving import Guard


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """Served once for a module."""
    with guard_served(fresh_for_module, tmp_path_factory.mktemp("guard"), "http://localhost:1/back") as (guard, _, _):
        yield guard


@pytest.fixture(scope="module")
def lucie(served: Guard) -> Seat:
    """An adviser."""
    return seat(served, "Lucie Perrin", "adviser")


@pytest.fixture(scope="module")
def helene(served: Guard) -> Seat:
    """An approver."""
    return seat(served, "Helene Marchand", "approver")


@pytest.fixture(scope="module")
def thomas(served: Guard) -> Seat:
    """Another one: with fewer than two, nothing can be asked."""
    return seat(served, "Thomas Leroux", "approver")
