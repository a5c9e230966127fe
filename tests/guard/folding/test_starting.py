"""What a guard does about its rows before it serves."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from beffroi.core.folding import Kind
from beffroi.guard import process, stamped, turnstile
from beffroi.guard.folding import baselines, watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.folding.watching import Behind, Watch
from beffroi.guard.journal import Entry, append
from beffroi.guard.sealing import mending
from beffroi.guard.sealing.published import Published
from beffroi.guard.settings import GuardSettings, Log
from tests.databases import FreshDatabase
from tests.guard.decisions.conftest import Desk
from tests.guard.decisions.conftest import desk as desk
from tests.guard.doors.conftest import start
from tests.guard.folding.conftest import EVERYTHING, Belfry
from tests.guard.sealing.place import Place
from tests.guard.world import World


def another(belfry: Belfry) -> Watch:
    """A guard that starts beside, or after."""
    return Watch(belfry.world.keys, lambda: belfry.world.policy)


@dataclass(slots=True)
class Town:
    """A guard's settings on a world whose journal is sealed, and the log of it."""

    settings: GuardSettings
    world: World
    log: Place


@pytest.fixture
async def town(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    world, services = await start(fresh, tmp_path)
    await process.close(services)
    log = await Place(tmp_path, fresh, world.keys).open()
    await log.seal()
    log.store.close()
    told = Log(log.signer.key, log.store.path, (str(tmp_path / "mirror"),))
    yield Town(replace(services.settings, log=told), world, log)
    await log.close()
    await world.conn.close()


async def more(town: Town) -> None:
    """Seven entries that are no opening: nobody remembers anything of them."""
    async with town.world.conn.transaction():
        await turnstile.take(town.world.conn)
        await append(town.world.conn, [Entry(await town.world.now(), "signed-in")] * 7)


async def test_i16_guard_started_on_an_older_copy_than_was_published_does_not_serve(town: Town) -> None:
    row, last = await town.log.state(), await town.world.conn.fetchval("SELECT max(entry) FROM guard.journal")
    await process.close(await process.build(town.settings))
    await more(town)
    await town.log.seal()
    await town.log.take_back(row, last)
    with pytest.raises(Behind, match=r"lacks 7.*Nothing is served"):
        await process.build(town.settings)
    await mending.adopt(town.log.conn, town.log.keys, town.log.signer, town.log.store)
    await process.close(await process.build(town.settings))


async def test_i16_guard_started_where_the_store_went_back_as_well_does_not_serve_for_its_mirror(town: Town) -> None:
    older, mirror = town.log.folder / "older", town.log.folder / "mirror"
    shutil.copytree(town.log.store.path, older)
    row, last = await town.log.state(), await town.world.conn.fetchval("SELECT max(entry) FROM guard.journal")
    await more(town)
    await town.log.seal()
    shutil.copytree(town.log.store.path, mirror)
    await town.log.take_back(row, last)
    shutil.rmtree(town.log.store.path)
    shutil.copytree(older, town.log.store.path)
    with pytest.raises(Behind, match="mirror"):
        await process.build(town.settings)
    shutil.rmtree(mirror)
    services = await process.build(town.settings)
    assert services.metrics.gauges["log_places_silent"] == 1
    await process.close(services)


async def test_i16_guard_whose_store_has_no_checkpoint_of_a_sealed_journal_does_not_serve(town: Town) -> None:
    (town.log.store.path / "checkpoint").unlink()
    with pytest.raises(Behind, match="journal rebuild"):
        await process.build(town.settings)
    await mending.rebuild(town.log.conn, town.log.keys, town.log.signer, town.log.store)
    await process.close(await process.build(town.settings))


async def test_i16_older_copy_put_below_a_guard_that_serves_is_refused_though_people_lift_it(town: Town) -> None:
    log, world = town.log, town.world
    row, last = await log.state(), await world.conn.fetchval("SELECT max(entry) FROM guard.journal")
    assert town.settings.log is not None
    watch = Watch(world.keys, lambda: world.policy, Published(town.settings.log))
    await watch.begin(world.conn)
    assert (await watching.once(world.conn, watch, EVERYTHING)).divergences == ()
    await more(town)
    await log.seal()
    assert (await watching.once(world.conn, watch, EVERYTHING)).divergences == ()
    size = (await log.state())["size"]
    await log.take_back(row, last)
    watch.known.entry = last  # a guard that has not seen the last entries
    found = await watching.once(world.conn, watch, Look())
    assert found.divergences == (("journal", str(size), Kind.OLDER),)
    assert world.keys.authenticator.distrusted == {("everything", "")}
    contained = await world.conn.fetchval("SELECT id FROM guard.containment WHERE lifted_at IS NULL")
    await world.amend("containment", contained, lifted_at=await world.now())
    await watching.once(world.conn, watch, EVERYTHING)
    assert world.keys.authenticator.distrusted == {("everything", "")}


async def test_i16_guard_that_serves_releases_nothing_while_its_store_cannot_be_told_and_goes_on_after(
    town: Town,
) -> None:
    services = await process.build(town.settings)
    watch = services.watch
    assert watch is not None
    checkpoint = town.log.store.path / "checkpoint"
    kept = checkpoint.read_bytes()
    checkpoint.write_bytes(b"nonsense")
    for _ in range(2):
        await watching.once(town.world.conn, watch, Look())
        assert services.worker._withholds()
    assert watch.gauges()["log_withholds"] == 1
    assert town.world.keys.authenticator.distrusted == frozenset(), "nothing is contained"
    checkpoint.write_bytes(kept)
    await watching.once(town.world.conn, watch, Look())
    assert not services.worker._withholds()
    await process.close(services)


async def test_i16_older_copy_under_a_guard_that_serves_refuses_everything(belfry: Belfry) -> None:
    belfry.watch.known.entry += 1_000
    [found] = (await watching.once(belfry.world.conn, belfry.watch, Look())).divergences
    assert (found.table, found.kind) == ("journal", Kind.OLDER)
    assert belfry.world.keys.authenticator.distrusted == {("everything", "")}


async def test_i16_row_put_back_while_no_guard_ran_is_refused_from_the_first_request(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    before = await belfry.row("account", ana.account)
    await world.amend("account", ana.account, status="suspended")
    await belfry.put_back("account", before)
    watch = another(belfry)
    await watch.begin(world.conn)
    assert (await belfry.row("account", ana.account))["status"] == "suspended"
    assert ("account", ana.account) in world.keys.authenticator.distrusted


async def test_i16_second_guard_finds_what_the_first_set_right_in_order(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    second = another(belfry)
    await second.begin(world.conn)
    before = await belfry.row("account", ana.account)
    await world.amend("account", ana.account, status="suspended")
    await belfry.put_back("account", before)
    assert len(await belfry.look()) == 1
    found = await watching.once(world.conn, second, EVERYTHING)
    assert found.divergences == ()
    assert len(await belfry.told("diverged")) == 1


async def test_i16_rows_of_before_the_facts_are_believed_for_an_hour_and_then_not(desk: Desk) -> None:
    world = desk.world
    ana = await world.agent(world.offices["North"])
    row = dict(await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", ana.account) or {})

    async def unsaid(version: int) -> None:
        later = {**row, "version": version}
        mac = world.keys.authenticator.stamp_row("account", later)
        await world.conn.execute(
            "UPDATE guard.account SET version = $2, mac = $3 WHERE id = $1", row["id"], version, mac
        )

    watch = Watch(world.keys, lambda: world.policy)
    await unsaid(2)
    await watch.begin(world.conn)
    assert watch.reported == set()
    assert not (await watch.look(world.conn, Look())).fresh, "facts of its own are no news to a guard that serves"
    [facts] = await world.conn.fetch(
        "SELECT count(*) FROM guard.journal WHERE kind = 'fact' AND explanation = 'account'"
    )
    assert facts["count"] == 2
    await unsaid(3)
    assert (await watching.once(world.conn, watch, EVERYTHING)).divergences == ()
    hour = int(baselines.BELIEVED / timedelta(microseconds=1))
    watch.known.baselines = [one._replace(began=one.began - hour) for one in watch.known.baselines]
    await unsaid(4)
    [found] = (await watching.once(world.conn, watch, EVERYTHING)).divergences
    assert found == ("account", ana.account, Kind.UNKNOWN)


async def test_i16_forged_row_is_reported_once_and_left_to_its_mac(belfry: Belfry) -> None:
    world = belfry.world
    ana = await world.agent(world.offices["North"])
    await belfry.look()
    await belfry.owner.execute("UPDATE guard.account SET mac = sha256(mac) WHERE id = $1", ana.account)
    for _ in range(2):
        assert await belfry.look() == [("account", ana.account, Kind.FORGED)]
    assert len(await belfry.told("diverged")) == 1
    with pytest.raises(stamped.Forged):
        await world.amend("account", ana.account, status="closed")
