"""What a guard does about its rows before it serves."""

from datetime import timedelta
from pathlib import Path

import pytest

from beffroi.core.folding import Kind, Position
from beffroi.guard import process, stamped
from beffroi.guard.folding import baselines, watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.folding.watching import Behind, Watch
from tests.databases import FreshDatabase
from tests.guard.decisions.conftest import Desk
from tests.guard.decisions.conftest import desk as desk
from tests.guard.doors.conftest import start
from tests.guard.folding.conftest import EVERYTHING, Belfry


def another(belfry: Belfry) -> Watch:
    """A guard that starts beside, or after."""
    return Watch(belfry.world.keys, lambda: belfry.world.policy)


async def test_i16_guard_started_on_an_older_copy_than_was_published_does_not_serve(
    fresh: FreshDatabase, tmp_path: Path
) -> None:
    world, services = await start(fresh, tmp_path)
    await process.close(services)
    last = await world.conn.fetchval("SELECT max(entry) FROM guard.journal")

    async def ahead() -> Position:
        return Position(last + 1)

    async def there() -> Position:
        return Position(last)

    with pytest.raises(Behind, match="Nothing is served"):
        await process.build(services.settings, published=ahead)
    await process.close(await process.build(services.settings, published=there))
    await world.conn.close()


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
