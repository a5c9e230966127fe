"""No log, no service: nothing is released while entries stay unsealed for too long, then again."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from beffroi.core import policy_file
from beffroi.guard import keys
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.process import AREAS, build, build_app, close
from beffroi.guard.sealing import watch as watching
from beffroi.guard.sealing.watch import SealWatch
from beffroi.guard.services import Services
from beffroi.guard.settings import GuardSettings, Mode, Sealed
from beffroi.guard.web.problems import Fault
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.decisions.conftest import Desk
from tests.guard.decisions.conftest import desk as desk
from tests.guard.sealing.place import Place

LAG = 5.0


class Clock:
    """The guard's own steady clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("beffroi.guard.sealing.watch.time.monotonic", lambda: self.now)


@pytest.fixture
async def watch(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[SealWatch, Clock]]:
    clock = Clock(monkeypatch)
    made = SealWatch(place.database.guard, place.keys, LAG)
    yield made, clock
    await made.stop()


async def test_guard_releases_while_entries_are_sealed_in_time_and_withholds_past_the_bound(
    place: Place, watch: tuple[SealWatch, Clock]
) -> None:
    made, clock = watch
    assert made.withholds, "nobody looked yet"
    await made.look()
    assert not made.withholds
    await place.write(3)
    await made.look()
    clock.now += LAG
    await made.look()
    assert not made.withholds
    assert made.lag == LAG
    clock.now += 0.1
    await made.look()
    assert made.withholds
    assert (made.newest, made.published_entry) == (3, 0)
    await place.seal()
    await made.look()
    assert not made.withholds
    assert (made.lag, made.published_entry) == (0.0, 3)


async def test_entries_that_follow_one_another_each_have_their_own_time(
    place: Place, watch: tuple[SealWatch, Clock]
) -> None:
    """A busy journal is never wholly sealed: what counts is how long the oldest has waited."""
    made, clock = watch
    await made.look()
    for _ in range(10):
        await place.write(2)
        await place.seal()
        await place.write(1)
        clock.now += 3
        await made.look()
        assert not made.withholds
    assert made.lag == 0.0


async def test_guard_that_cannot_look_withholds_once_its_last_look_is_too_old(
    place: Place, watch: tuple[SealWatch, Clock]
) -> None:
    made, clock = watch
    await made.look()
    made._dsn = "postgresql://nobody@127.0.0.1:1/none"
    made._conn.terminate()
    await made.look()
    assert not made.withholds
    clock.now += watching.TRUSTED + 0.1
    assert made.withholds


async def test_guard_that_starts_counts_the_age_of_what_was_left_unsealed(
    place: Place, watch: tuple[SealWatch, Clock]
) -> None:
    """Starting again and again gives nobody a few seconds each time."""
    made, _ = watch
    await place.conn.execute(
        "INSERT INTO guard.journal (at, kind) VALUES (guard.instant() - interval '1 minute', 'test')"
    )
    await made.look()
    assert made.withholds


async def test_i16_forged_seal_makes_the_guard_withhold(place: Place, watch: tuple[SealWatch, Clock]) -> None:
    made, _ = watch
    await place.write(3)
    await place.seal()
    await made.look()
    assert not made.withholds
    owner = await asyncpg.connect(place.database.owner)
    await owner.execute("UPDATE guard.sealed SET published_entry = 1000000")
    await owner.close()
    await made.look()
    assert made.withholds


async def test_adviser_is_answered_503_while_the_journal_is_not_sealed_and_opens_once_it_is(desk: Desk) -> None:
    agent = await desk.world.agent(desk.world.offices["North"])
    person = await desk.world.person(desk.world.offices["North"])
    worker = desk.worker
    worker._withholds = lambda: True
    assert await desk.ask(agent, person) is Fault.UNSEALED
    worker._withholds = lambda: False
    assert isinstance(await desk.ask(agent, person), Granted)


@pytest.fixture
async def services(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Services]:
    held = keys.generate(tmp_path / "guard.key")
    world = await worlds.build(fresh.guard, held)
    await world.conn.close()
    (tmp_path / "policy.toml").write_text(policy_file.default_text())
    settings = GuardSettings(
        database=fresh.guard, key_file=tmp_path / "guard.key", journal_key_file=None,
        policy_file=tmp_path / "policy.toml", public_url="https://guard.example", mode=Mode.DEMONSTRATION,
        provider=None, sealed=Sealed(LAG),
    )  # fmt: skip
    built = await build(settings)
    yield built
    await close(built)


async def test_operator_reads_how_far_sealing_lags_and_how_witnesses_fare(services: Services) -> None:
    async with services.pool.acquire() as conn:
        await conn.execute("INSERT INTO guard.witness VALUES ('w1.example', 7, NULL, 3)")
        newest = await conn.fetchval("SELECT coalesce(max(entry), 0) FROM guard.journal")
    await services.sealed.look()
    transport = httpx.ASGITransport(app=build_app(services, AREAS), client=("127.0.0.1", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="https://guard.example") as http:
        text = (await http.get("/metrics")).text
    assert "beffroi_journal_withholds 0" in text
    assert f"beffroi_journal_unsealed_entries {newest}\n" in text
    assert 'beffroi_witness_failures{witness="w1.example"} 3' in text
    assert 'beffroi_witness_size{witness="w1.example"} 7' in text


def test_bound_is_on_unless_a_guard_is_built_without_it() -> None:
    assert Sealed().longest_lag == 5.0
