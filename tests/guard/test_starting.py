"""What a guard refuses to stand on."""

from dataclasses import replace
from pathlib import Path

import pytest

from beffroi.guard.decisions.connections import NotDurable
from beffroi.guard.process import build, close
from beffroi.guard.settings import Mode
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import start


async def test_guard_in_production_refuses_a_database_marked_as_a_throw_away(
    fresh: FreshDatabase, tmp_path: Path
) -> None:
    world, services = await start(fresh, tmp_path)
    await close(services)
    await world.conn.close()
    with pytest.raises(NotDurable, match="throw-away"):
        await build(replace(services.settings, mode=Mode.PRODUCTION))
