"""The space of the people, beside the officers who declare breaches and a third approver at the network."""

import pytest

from tests.guard.approvals.office import seat
from tests.guard.personal.conftest import _nothing_counted, served
from tests.guard.personal.space import Space
from tests.guard.personal.test_delays import Watch

__all__ = ["_nothing_counted", "served"]


@pytest.fixture(scope="module")
def watch(served: Space) -> Watch:
    made = Watch(served)
    network = str(served.guard.one("SELECT id FROM guard.organisation WHERE kind = 'network'"))
    seat(served.guard, "Lise Quart", "approver", organisation=network)
    return made
