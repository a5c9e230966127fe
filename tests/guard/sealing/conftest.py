from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place


@pytest.fixture
async def place(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Place]:
    """A journal that nothing sealed yet."""
    made = await Place(tmp_path, fresh).open()
    yield made
    await made.close()
