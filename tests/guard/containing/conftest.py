"""A world with a network organisation, where people watch."""

from collections.abc import AsyncIterator

import pytest

from tests.databases import FreshDatabase
from tests.guard.world import World, build


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    built = await build(fresh.guard)
    network = await built.organisation("Network", kind="network")
    built.offices["Network"] = network
    yield built
    await built.conn.close()
