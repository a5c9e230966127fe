"""A code that proved presence once: put back behind the guard, it proves nothing again (I-16)."""

from beffroi.core.folding import Extent, Kind
from beffroi.core.presence import State
from beffroi.guard.personal import presence_codes
from tests.guard.folding.conftest import Belfry


async def test_i16_presence_code_that_was_used_and_put_back_is_ended_again_and_its_organisation_contained(
    belfry: Belfry,
) -> None:
    world, office = belfry.world, belfry.world.offices["North"]
    person = await world.person(world.offices["South"])
    async with world.conn.transaction():
        now = await world.now()
        id, text, _ = await presence_codes.make(world.conn, world.keys, person, office, now)
    before = await belfry.row(presence_codes.TABLE, id)
    async with world.conn.transaction():
        row = await presence_codes.typed(world.conn, world.keys, office, text, now)
        assert row is not None
        assert await presence_codes.end(world.conn, world.keys, row, State.USED, now)
    assert await belfry.look() == []
    await belfry.put_back(presence_codes.TABLE, before)
    assert await presence_codes.typed(world.conn, world.keys, office, text, now) is not None, "until the next look"
    [found] = await belfry.look()
    assert (found.table, found.kind) == (presence_codes.TABLE, Kind.OLDER)
    assert await presence_codes.typed(world.conn, world.keys, office, text, now) is None
    assert Extent("organisation", str(office)) in belfry.watch.refused.extents
    assert await belfry.look() == []
