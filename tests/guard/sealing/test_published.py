"""A database is held to what was published of its journal: an older copy of it is told, whoever went back with it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from beffroi.guard.sealing import mending, published
from beffroi.guard.sealing.published import Held, Published, hold, witnessed
from beffroi.guard.sealing.sealer import LogRefused
from beffroi.guard.sealing.store import Folder
from beffroi.guard.sealing.witness import Witness
from beffroi.guard.sealing.witnesses import Place as WitnessPlace
from beffroi.guard.sealing.witnesses import Witnesses
from beffroi.guard.settings import Log
from beffroi.standards.tlog import note
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.tiles import CHECKPOINT
from tests.guard.sealing.place import Place
from tests.guard.sealing.test_witnesses import serving

UNREACHABLE = "http://127.0.0.1:1"


def log(place: Place, *mirrors: object, witnesses: tuple[str, ...] = ()) -> Published:
    return Published(Log(place.signer.key, place.store.path, tuple(map(str, mirrors)), witnesses))


async def look(place: Place, *mirrors: object) -> Held:
    return await hold(place.conn, place.keys, log(place, *mirrors))


def copied(place: Place, name: str) -> Path:
    """The store as it is now, elsewhere."""
    target = place.folder / name
    shutil.copytree(place.store.path, target)
    return target


def store_put_back(place: Place, older: Path) -> None:
    place.store.close()
    shutil.rmtree(place.store.path)
    shutil.copytree(older, place.store.path)


RIGHT = (None, None, ())


async def test_i16_database_that_was_never_sealed_or_is_ahead_of_its_log_is_right(place: Place) -> None:
    assert await look(place) == RIGHT
    await place.write(300)
    assert await look(place) == RIGHT
    await place.seal()
    mirror = copied(place, "mirror")
    await place.write(300)
    assert await look(place, mirror) == RIGHT
    await place.seal()
    await place.write(1)
    assert await look(place, mirror) == RIGHT


async def test_i16_whole_older_copy_of_the_database_is_told_by_how_much(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    await place.take_back(row, 350)
    held = await look(place)
    assert held.unlike is not None
    assert (held.unlike.place, held.unlike.missing) == (str(place.store.path), 50)
    assert "older copy" in str(held.unlike)
    assert "beffroi restore" in str(held.unlike)


async def test_i16_database_restored_with_every_published_entry_is_right(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    await place.put_back(row)  # the copy was made before the last entries were sealed, and has them
    assert await look(place) == RIGHT


async def test_i16_older_copy_filled_up_with_other_entries_is_told(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    await place.take_back(row, 300)
    await place.write(150)
    held = await look(place)
    assert held.unlike is not None
    assert held.unlike.missing == 0
    assert "are not those of this database" in str(held.unlike)


async def test_i16_store_that_went_back_with_the_database_is_told_by_a_mirror_alone(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row, older = await place.state(), copied(place, "older")
    await place.write(100)
    await place.seal()
    mirror = copied(place, "mirror")
    await place.take_back(row, 300)
    store_put_back(place, older)
    assert await look(place) == RIGHT
    held = await look(place, mirror)
    assert held.unlike is not None
    assert (held.unlike.place, held.unlike.missing) == (str(mirror), 100)


async def test_i16_store_that_went_back_with_the_database_is_told_by_a_witness(place: Place, tmp_path: Path) -> None:
    made = Witness(tmp_path / "w", "w.example", [place.signer.key])
    with serving(made) as url:
        asked = Witnesses([WitnessPlace(made.key, url)])
        sealer = await place.sealer(cosign=asked.cosign, quorum=1)
        await place.write(300)
        await sealer.step(place.conn)
        row, older = await place.state(), copied(place, "older")
        await place.write(100)
        await sealer.step(place.conn)
        await place.take_back(row, 300)
        store_put_back(place, older)
        witness = witnessed(url, place.signer.key.name)
        held = await hold(place.conn, place.keys, log(place, witnesses=(witness,)))
        await asked.close()
    assert held.unlike is not None
    assert (held.unlike.place, held.unlike.missing) == (witness, 100)


async def test_i16_second_history_sealed_over_the_first_is_told_and_nobody_signs_it(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row, older = await place.state(), copied(place, "older")
    await place.write(100)
    await place.seal()
    mirror = copied(place, "mirror")
    await place.take_back(row, 300)
    store_put_back(place, older)
    told = (await log(place, mirror).hear()).elsewhere
    sealer = await place.sealer()
    with pytest.raises(LogRefused, match="second history"):
        await sealer.open(place.conn, told)
    await place.write(200)
    await place.seal()  # by a worker that was not told of the mirror
    held = await look(place, mirror)
    assert held.unlike is not None
    assert held.unlike.missing == 0
    with pytest.raises(LogRefused, match="not of this journal"):
        await sealer.open(place.conn, told)


async def test_i16_loss_that_people_accepted_is_known_and_the_copy_of_before_is_not_served_again(
    place: Place,
) -> None:
    await place.write(300)
    await place.seal()
    row, older = await place.state(), copied(place, "older")
    await place.write(100)
    await place.seal()
    mirror = copied(place, "mirror")
    await place.take_back(row, 300)
    assert (await look(place, mirror)).unlike is not None
    told = (await log(place, mirror).hear()).elsewhere
    assert await mending.adopt(place.conn, place.keys, place.signer, place.store, told) == 100
    assert await look(place, mirror) == RIGHT
    await place.write(5)
    await place.seal()
    assert await look(place, mirror) == RIGHT
    await place.take_back(row, 300)
    assert (await look(place)).unlike is not None
    store_put_back(place, older)
    with pytest.raises(LogRefused, match="second history"):
        await mending.adopt(place.conn, place.keys, place.signer, place.store, told)


def gone(store: Path) -> None:
    (store / CHECKPOINT).unlink()


def damaged(store: Path) -> None:
    (store / CHECKPOINT).write_bytes(b"nonsense")


def forged(store: Path) -> None:
    told = Checkpoint("guard.example/journal", 9, b"x" * 32)
    by = note.Signer("guard.example/journal", b"s" * 32)
    (store / CHECKPOINT).write_bytes(note.signed(told.text, [by.sign(told.text)]))


def of_another_log(store: Path) -> None:
    told = Checkpoint("other.example/journal", 900, b"x" * 32)
    by = note.Signer("other.example/journal", b"s" * 32)
    (store / CHECKPOINT).write_bytes(note.signed(told.text, [by.sign(told.text)]))


@pytest.mark.parametrize("harm", [gone, damaged, forged, of_another_log])
async def test_i16_store_without_a_genuine_checkpoint_is_named_and_a_mirror_without_one_is_passed_over(
    place: Place, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    await place.write(300)
    await place.seal()
    mirror = copied(place, "mirror")
    harm(mirror)
    assert await look(place, mirror) == (None, None, (str(mirror),))
    assert str(mirror) in caplog.text
    harm(place.store.path)
    held = await look(place)
    assert held.unlike is None
    assert held.trouble is not None
    assert str(place.store.path) in held.trouble


async def test_i16_tiles_that_are_not_those_of_the_state_are_named(place: Place) -> None:
    await place.write(300)
    await place.seal()
    mirror = copied(place, "mirror")
    await place.write(1)
    await place.seal()
    assert await look(place, mirror) == RIGHT
    for tile in (place.store.path / "tile" / "0").rglob("*"):
        if tile.is_file():
            tile.write_bytes(bytes(len(tile.read_bytes())))
    held = await look(place, mirror)
    assert held.trouble is not None
    assert "tile" in held.trouble


async def test_i16_database_administrator_deletes_the_sealed_state_and_the_rows_prove_it(place: Place) -> None:
    await place.write(300)
    await place.seal()
    await place.own("DELETE FROM guard.sealed")
    assert await look(place) == RIGHT
    await place.seal()
    assert (await place.state())["size"] == 300
    await place.conn.execute("UPDATE guard.sealed SET size = size + 1")
    held = await look(place)
    assert held.trouble is not None
    assert "guard.sealed" in held.trouble


async def test_mirror_that_does_not_answer_is_named_and_what_it_said_before_still_counts(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await look(place, UNREACHABLE) == (None, None, (UNREACHABLE,))
    await place.write(300)
    await place.seal()
    row, older = await place.state(), copied(place, "older")
    await place.write(100)
    await place.seal()
    mirror = copied(place, "mirror")
    kept = log(place, mirror)
    assert await hold(place.conn, place.keys, kept) == RIGHT
    shutil.rmtree(mirror)
    await place.take_back(row, 300)
    store_put_back(place, older)
    held = await hold(place.conn, place.keys, kept)
    assert held.silent == (str(mirror),)
    assert held.unlike is not None
    assert held.unlike.missing == 100


async def test_more_rows_than_a_guard_may_make_leaves_of_are_not_looked_at(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    await place.put_back(row)
    assert await look(place) == RIGHT
    monkeypatch.setattr(published, "MOST_BEHIND", 99)
    held = await look(place)
    assert held.unlike is not None
    assert held.unlike.missing == 100


async def test_store_is_not_made_again_from_an_older_database(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    mirror = copied(place, "mirror")
    told = (await log(place, mirror).hear()).elsewhere
    await place.take_back(row, 300)
    with pytest.raises(LogRefused, match="second history"):
        await mending.rebuild(place.conn, place.keys, place.signer, place.store)
    shutil.rmtree(place.store.path)
    with pytest.raises(LogRefused, match="second history"):
        await mending.rebuild(place.conn, place.keys, place.signer, Folder(place.store.path), told)
