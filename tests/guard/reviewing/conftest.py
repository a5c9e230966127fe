"""A guard for each module of this folder, an approver who reviews, and a worker's hand on campaigns."""

from collections.abc import Iterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.reviewing.campaigns import Campaigns
from tests.guard.signin.serving import Guard, serve


@pytest.fixture
def guard(fresh: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """Served anew for each test: campaigns look at everybody."""
    with serve(fresh.guard, tmp_path_factory.mktemp("provider")) as served:
        yield served


@pytest.fixture
def helene(guard: Guard) -> Seat:
    """An approver, who reviews."""
    return seat(guard, "Helene Marchand", "approver")


@pytest.fixture
def campaigns(guard: Guard) -> Campaigns:
    """The guard's campaigns, opened and swept as a worker does."""
    return Campaigns(guard)
