"""Two files made one can be made two again after a restriction, for the days that were left when it began."""

from datetime import timedelta

from beffroi.guard.merging.forgetting import forget
from tests.guard.restricting.conftest import Bench, code


async def test_merge_whose_last_day_passes_while_the_file_is_restricted_is_undone_once_that_is_lifted(
    bench: Bench,
) -> None:
    desk = bench.register.desk
    world = desk.guard.world
    double = await world.person(bench.nora.organisation, referent=desk.ana)
    both = {"stays": bench.person, "goes": double, "stays_version": 1, "goes_version": 1}
    merge = (await desk.ask(desk.ana, "/v1/merges/make", **both)).json()["merge"]
    restriction = await bench.one()
    row = await desk.relation(bench.person, bench.nora.organisation, "restricted")
    await world.amend("person_alias", merge, undo_until=row["since_at"] + timedelta(microseconds=1))
    assert await forget(world.conn) == 0
    assert await world.conn.fetchval("SELECT identity IS NOT NULL FROM guard.person WHERE id = $1", double)
    await bench.lift(restriction)
    until = await world.conn.fetchval("SELECT undo_until FROM guard.person_alias WHERE id = $1", merge)
    lifted = await world.conn.fetchval("SELECT lifted_at FROM guard.restriction WHERE id = $1", restriction)
    assert until == lifted + timedelta(microseconds=1), "what was left, and no more"
    assert await forget(world.conn) == 1


async def test_merge_of_which_days_were_left_when_the_file_was_restricted_is_undone_after_it(bench: Bench) -> None:
    desk = bench.register.desk
    double = await desk.guard.world.person(bench.nora.organisation, referent=desk.ana)
    both = {"stays": bench.person, "goes": double, "stays_version": 1, "goes_version": 1}
    merge = (await desk.ask(desk.ana, "/v1/merges/make", **both)).json()["merge"]
    await bench.lift(await bench.one())
    assert code(await desk.ask(desk.ana, "/v1/merges/undo", merge=merge)) == "200"
