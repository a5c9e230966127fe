"""A code that proved presence once: put back behind the guard, it proves nothing again (I-16)."""

from datetime import timedelta

import pytest

from beffroi.core.folding import Extent, Kind
from beffroi.core.presence import KEPT, LIFE, State
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


@pytest.mark.parametrize("at_once", [1, 2, 1000])
async def test_i16_presence_code_rewritten_to_be_outlived_is_reported_and_not_forgotten(
    belfry: Belfry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, at_once: int
) -> None:
    world, office = belfry.world, belfry.world.offices["North"]
    monkeypatch.setattr(presence_codes, "_AT_ONCE", at_once)
    person, made = await world.person(world.offices["South"]), []
    async with world.conn.transaction():
        now = await world.now()
        long_ago = now - KEPT - LIFE - timedelta(seconds=1)
        for at in (now, now, long_ago, long_ago, now):
            id, _, _ = await presence_codes.make(world.conn, world.keys, person, office, at)
            made.append(id)
    rewritten = made[:2]
    await belfry.owner.execute(
        "UPDATE guard.presence_code SET expires_at = made_at - '60 days'::interval WHERE id = ANY ($1::uuid[])",
        rewritten,
    )  # fmt: skip
    assert await presence_codes.forget(world.conn, world.keys, now) == 2
    left = {str(row["id"]) for row in await world.conn.fetch("SELECT id FROM guard.presence_code")}
    assert left == {*rewritten, made[4]}
    assert {id for id in made if id in caplog.text} == set(rewritten)
    await belfry.owner.execute(
        "UPDATE guard.presence_code SET mac = decode(repeat('00', 32), 'hex') WHERE id = $1", made[0]
    )
    assert [(one.id, one.kind) for one in await belfry.look()] == [(made[0], Kind.FORGED)]
