"""A restriction can always be lifted: what was taken away is made whole, a closed office leaves it to others."""

from datetime import timedelta
from typing import Any

import pytest

from beffroi.guard.folding import watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.folding.watching import Watch
from tests.guard.restricting.conftest import Bench, code

ROWS = Look(rows=True, budgets=False, openings=0)
LOST = "DELETE FROM guard.relation WHERE kind = 'restricted'"


async def watch_of(bench: Bench) -> Watch:
    guard = bench.register.desk.guard
    watch = Watch(guard.world.keys, lambda: guard.world.policy, None, guard.services.worker.forget)
    await watch.begin(guard.world.conn)
    return watch


async def begun_again_and_lifted(bench: Bench) -> None:
    begun = await bench.begin()
    assert begun.status_code == 201, begun.text
    assert await bench.opened() == "restricted"
    assert code(await bench.begin()) == "restriction-exists"
    assert code(await bench.lift(begun.json()["restriction"])) == "200"
    assert await bench.opened() == "200"


async def test_i16_correspondent_lifts_a_restriction_that_came_back_once_lifted_by_beginning_it_again(
    bench: Bench,
) -> None:
    watch, conn = await watch_of(bench), bench.register.desk.guard.world.conn
    restriction = await bench.one()
    assert code(await bench.lift(restriction)) == "200"
    await conn.execute(LOST)
    await watching.once(conn, watch, ROWS)
    assert await bench.opened() == "restricted"
    assert code(await bench.lift(restriction)) == "restriction-unknown"
    await begun_again_and_lifted(bench)
    assert (await watching.once(conn, watch, ROWS)).divergences == ()


async def test_i16_correspondent_lifts_a_restriction_whose_row_was_deleted_by_beginning_it_again(
    bench: Bench,
) -> None:
    await bench.one()
    await bench.register.desk.guard.world.conn.execute("DELETE FROM guard.restriction")
    assert await bench.opened() == "restricted"
    await begun_again_and_lifted(bench)


async def test_i16_correspondent_begins_again_a_restriction_whose_relation_was_deleted_under_its_own_row(
    bench: Bench,
) -> None:
    restriction, conn = await bench.one(ground="unlawful"), bench.register.desk.guard.world.conn
    await conn.execute(LOST)
    begun = await bench.begin(ground="accuracy")
    assert (begun.status_code, begun.json()["restriction"]) == (201, restriction)
    assert await bench.opened() == "restricted"
    assert code(await bench.lift(restriction)) == "200"
    assert await bench.opened() == "200"


async def test_i16_restriction_whose_forged_row_lost_its_relation_is_not_begun_again(bench: Bench) -> None:
    await bench.one()
    conn = bench.register.desk.guard.world.conn
    await conn.execute(LOST)
    await conn.execute("UPDATE guard.restriction SET ground = 'unlawful'")
    assert code(await bench.begin()) == "integrity"


async def closed(bench: Bench) -> dict[str, Any]:
    return {"active": False}


async def out_of_contract(bench: Bench) -> dict[str, Any]:
    return {"contract_until": await bench.register.desk.guard.world.now() - timedelta(minutes=1)}


@pytest.mark.parametrize("ended", [closed, out_of_contract])
async def test_correspondent_who_follows_the_person_lifts_what_an_office_that_closed_restricted_and_not_before(
    bench: Bench, ended: Any
) -> None:
    desk, sami = bench.register.desk, bench.register.sami
    world = desk.guard.world
    await world.relation(bench.person, desk.cleo.organisation, referent=desk.cleo)
    restriction = await bench.one()
    assert code(await bench.lift(restriction, sami)) == "restriction-unknown"
    assert (await bench.ask(sami, "list")).json()["rows"] == []
    await world.amend("organisation", bench.nora.organisation, **await ended(bench))
    [row] = (await bench.ask(sami, "list")).json()["rows"]
    assert (row["restriction"], row["person"], row["closed"]) == (restriction, bench.person, "North")
    assert code(await bench.lift(restriction, sami, days=1)) == "restriction-told"
    assert await bench.opened(desk.cleo) == "restricted"
    assert code(await bench.lift(restriction, sami)) == "200"
    assert await bench.opened(desk.cleo) == "200"
    [entry] = await desk.guard.entries("person-restriction-lifted")
    assert (str(entry["organisation"]), str(entry["account"])) == (sami.organisation, sami.account)
    assert f'"decided_by":"{bench.nora.organisation}"' in entry["detail"]


async def test_correspondent_who_does_not_follow_the_person_meets_nothing_of_what_a_closed_office_restricted(
    bench: Bench,
) -> None:
    restriction = await bench.one()
    await bench.register.desk.guard.world.amend("organisation", bench.nora.organisation, active=False)
    assert (await bench.ask(bench.register.sami, "list")).json()["rows"] == []
    assert code(await bench.lift(restriction, bench.register.sami)) == "restriction-unknown"


async def test_i16_office_made_to_look_closed_behind_the_guard_keeps_its_restriction(bench: Bench) -> None:
    desk = bench.register.desk
    await desk.guard.world.relation(bench.person, desk.cleo.organisation, referent=desk.cleo)
    restriction = await bench.one()
    await desk.guard.world.conn.execute(
        "UPDATE guard.organisation SET active = false WHERE id = $1", bench.nora.organisation
    )
    assert (await bench.ask(bench.register.sami, "list")).json()["rows"] == []
    assert code(await bench.lift(restriction, bench.register.sami)) == "restriction-unknown"
