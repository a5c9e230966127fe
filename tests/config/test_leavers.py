"""``beffroi leavers``: first what a personnel file means, then, when told, the deed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from beffroi.guard.vault import blind
from tests.databases import FreshDatabase
from tests.guard.sweeping.place import Place
from tests.guard.sweeping.staff import status
from tests.guard.world import World, build


@pytest.fixture
async def place(fresh: FreshDatabase, tmp_path: Path) -> Place:
    return Place(tmp_path, fresh)


@pytest.fixture
async def world(place: Place) -> AsyncIterator[World]:
    built = await build(place.database.guard, place.keys)
    yield built
    await built.conn.close()


async def test_operator_reads_a_personnel_file_then_applies_it(world: World, place: Place) -> None:
    agent = await world.agent(world.offices["North"], email_index=blind.agent_email(world.keys, "a@m.example"))
    code = await world.conn.fetchval("SELECT code FROM guard.organisation WHERE name = 'North'")
    file = place.folder / "leavers.csv"
    file.write_text("email,last_day\na@m.example,2026-01-31\nb@m.example,2026-01-31\nc,2026-01-31\n")
    process = place.spawn("leavers", str(file), "--organisation", str(code))
    said, told = process.communicate(timeout=60)
    assert process.returncode == 1, told
    assert told == "line 4, email: expected a professional address\n"
    assert said.startswith("Nothing was changed: 1 leave at once, 0 at the end of their last day; 1 addresses")
    assert await status(world, agent) == "active"
    process = place.spawn("leavers", str(file), "--organisation", str(code), "--apply")
    said, told = process.communicate(timeout=60)
    assert said.startswith("1 left, 0 wait for a person, 0 end with their last day;"), told
    assert await status(world, agent) == "suspended"


async def test_operator_who_names_no_organisation_of_the_network_changes_nothing(world: World, place: Place) -> None:
    file = place.folder / "leavers.csv"
    file.write_text("email,last_day\na@m.example,2026-01-31\n")
    process = place.spawn("leavers", str(file), "--organisation", "nowhere", "--apply")
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told == "Error: There is no organisation of this code.\n"
