"""A person is given the proofs of the consultations of their own file, and nothing of anybody else's."""

import pytest

from beffroi.core.disclosure import RELEASING
from beffroi.core.journal_encoding import opened
from beffroi.guard.sealing import handing_out, proving
from beffroi.guard.sealing.handing_out import Given, Standing
from beffroi.guard.sealing.store import StoreRefused
from beffroi.standards.tlog import proof
from tests.guard.sealing.place import ORIGIN, Place

ME = "11111111-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-555555555555"


async def openings(place: Place, person: str) -> list[int]:
    rows = await place.conn.fetch(
        "SELECT entry FROM guard.journal WHERE person = $1 AND kind = ANY ($2::text[]) ORDER BY entry",
        person, sorted(RELEASING),
    )  # fmt: skip
    return [row[0] for row in rows]


async def test_person_is_given_a_proof_of_each_own_consultation_that_shows_it_and_verifies(place: Place) -> None:
    await place.write(300)
    await place.write(9, person=ME)
    await place.write(300)
    await place.seal()
    mine = await openings(place, ME)
    assert len(mine) > 2
    given = await handing_out.of_person(place.conn, place.keys, place.store.path, ME, mine)
    assert sorted(given) == mine
    for number, one in given.items():
        assert (one.standing, one.origin, one.size) == (Standing.PROVEN, ORIGIN, 609)
        assert one.proof is not None
        shown = proving.read(one.proof, place.trust)
        assert not isinstance(shown, str)
        assert (shown.row.entry, str(shown.row.person), shown.told.size) == (number, ME, 609)
        extra = proof.parse(one.proof).extra
        assert extra is not None
        assert opened(extra).kind in RELEASING


async def test_person_is_given_nothing_of_another_and_nothing_that_is_no_consultation(place: Place) -> None:
    mine, theirs = await place.write(9, person=ME), await place.write(9, person=OTHER)
    await place.seal()
    own = await openings(place, ME)
    assert own != mine, "some are refusals"
    given = await handing_out.of_person(place.conn, place.keys, place.store.path, ME, [*mine, *theirs, 4711])
    assert sorted(given) == own
    again = await handing_out.of_person(place.conn, place.keys, place.store.path, OTHER, [*mine, *theirs])
    assert sorted(again) == await openings(place, OTHER)


async def test_consultation_of_a_moment_ago_waits_for_its_seal_and_then_has_its_proof(place: Place) -> None:
    [first, *_] = await place.write(5, person=ME)
    of_entry = handing_out.of_entry
    assert await of_entry(place.conn, place.keys, place.store.path, first) == Given(Standing.WAITING)
    await place.seal()
    [late] = await place.write(1)
    assert await of_entry(place.conn, place.keys, place.store.path, late) == Given(Standing.WAITING, ORIGIN, 5)
    await place.seal()
    found = await of_entry(place.conn, place.keys, place.store.path, late)
    assert found is not None
    assert (found.standing, found.position) == (Standing.PROVEN, 5)
    assert await of_entry(place.conn, place.keys, place.store.path, 4711) is None


async def test_day_whose_key_was_destroyed_is_said_and_a_row_changed_since_is_never_given(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    [number, lost] = await place.write(2)
    await place.seal()
    row = await place.state()
    await place.take_back(row, number)  # the owner takes the second away
    await place.write(1)
    given = await handing_out.of_entry(place.conn, place.keys, place.store.path, lost)
    assert given == Given(Standing.DEPARTED, ORIGIN, 2)
    assert f"entry {lost}" in caplog.text
    await place.own("DELETE FROM guard.day_key")
    given = await handing_out.of_entry(place.conn, place.keys, place.store.path, number)
    assert given == Given(Standing.FORGOTTEN, ORIGIN, 2)


async def test_log_that_cannot_be_read_is_said(place: Place) -> None:
    [number] = await place.write(1)
    await place.seal()
    for tile in (place.store.path / "tile").rglob("*"):
        if tile.is_file():
            tile.unlink()
    with pytest.raises(handing_out.UNREADABLE) as refused:
        await handing_out.of_entry(place.conn, place.keys, place.store.path, number)
    assert isinstance(refused.value, StoreRefused)
