"""A network with people who have names, and a mail server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.databases import FreshDatabase
from tests.guard.notifying.mailbox import Mailbox, mail_server
from tests.guard.world import World, build


@pytest.fixture
async def world(fresh: FreshDatabase) -> AsyncIterator[World]:
    """Two offices and a network level, nobody in them."""
    made = await build(fresh.guard)
    await made.organisation("Network", kind="network")
    yield made
    await made.conn.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server that asks for STARTTLS."""
    with mail_server(tmp_path) as served:
        yield served
