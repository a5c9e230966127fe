"""Sealing: every committed entry once and in order, one root for each size; a store that contradicts is refused."""

import asyncio
import os
from datetime import UTC, datetime

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.core.journal_encoding import JournalRow, canonical, day_of, entry_of, leaf_of
from beffroi.guard import keys, stamped
from beffroi.guard.sealing import day_keys, mending, state
from beffroi.guard.sealing.leaves import ENCODED, leaves
from beffroi.guard.sealing.sealer import LogRefused, Sealer
from beffroi.guard.sealing.store import Folder, StoreRefused
from beffroi.guard.vault import rotation
from beffroi.standards.tlog import checkpoint, merkle, note, tiles
from beffroi.standards.tlog.tiles import Tile, of_tree
from tests.core.test_journal_encoding import ROWS
from tests.guard.sealing.place import Place

_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


def sealed_entries(place: Place) -> list[bytes]:
    told = checkpoint.parse(note.parse(place.checkpoint()).text)
    return [
        entry
        for bundle in of_tree(-1, told.size)
        for entry in tiles.entries(place.store.read(bundle))[: bundle.width]
    ]


async def test_every_committed_entry_is_sealed_once_in_its_order_and_lost_numbers_are_not(place: Place) -> None:
    numbers = await place.write(300)
    await place.roll_back()
    numbers += await place.write(5)
    await place.seal()
    await place.roll_back()
    numbers += await place.write(700)
    await place.seal()
    assert [entry_of(entry) for entry in sealed_entries(place)] == numbers
    assert numbers[-1] > len(numbers)
    report = place.verify()
    assert report.problems == ()
    assert report.entries == len(numbers)


async def test_sealing_writes_no_entry_which_would_be_sealed_in_turn(place: Place) -> None:
    await place.write(3)
    await place.seal()
    await place.write(1)
    await place.seal()
    assert await place.conn.fetchval("SELECT count(*) FROM guard.journal") == 4


async def test_row_as_postgresql_encodes_it_is_the_row_as_the_core_does(place: Place) -> None:
    await place.write(200)
    rows = await place.conn.fetch(f"SELECT *, {ENCODED} AS encoded FROM guard.journal ORDER BY entry")
    encoded = []
    for row in rows:
        values = [row[name] for name in JournalRow._fields]
        assert canonical(JournalRow(*values)) == row["encoded"]
        encoded.append(row["encoded"])
    key = {day_of(rows[0]["at"]): b"k" * 32}
    made = leaves(encoded, key)
    assert made.entries == [leaf_of(JournalRow(*[row[n] for n in JournalRow._fields]), b"k" * 32) for row in rows]
    assert made.hashes == [merkle.leaf_hash(entry) for entry in made.entries]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=8))
def test_leaves_of_rows_of_any_days_are_those_of_the_core(rows: list[JournalRow]) -> None:
    held = {day_of(row.at): b"%032d" % abs(day_of(row.at)) for row in rows}
    made = leaves([canonical(row) for row in rows], held)
    assert made.entries == [leaf_of(row, held[day_of(row.at)]) for row in rows]


async def test_days_have_keys_of_their_own_that_a_rotation_wraps_again(place: Place) -> None:
    await place.write(3)
    await place.write(3, days=1)
    await place.seal()
    days = [day_of(row["at"]) for row in await place.conn.fetch("SELECT DISTINCT at FROM guard.journal")]
    held = await day_keys.held(place.conn, place.keys, days)
    assert len(held) == len(set(held.values())) == 2
    assert place.keys.path is not None
    newer = keys.add_epoch(place.keys.path)
    await rotation.rewrap(place.conn, newer)
    assert await day_keys.held(place.conn, newer, days) == held
    assert {row["epoch"] for row in await place.conn.fetch("SELECT epoch FROM guard.day_key")} == {2}
    assert place.verify().problems == ()


async def test_sealers_at_once_seal_everything_once_and_the_late_one_is_refused(place: Place) -> None:
    await place.write(10)
    first = await place.sealer()
    other = Folder(place.store.path)
    with pytest.raises(StoreRefused, match="another sealer"):
        other.open()
    second = Sealer(place.keys, place.signer, place.store)
    await second.open(place.conn)
    assert await first.step(place.conn) == 10
    await place.write(1)
    with pytest.raises(state.Overtaken):
        await second.step(place.conn)
    await first.step(place.conn)
    assert place.verify().entries == 11


async def test_each_size_has_one_checkpoint_whoever_signs_it_and_whenever(place: Place) -> None:
    seen: dict[int, bytes] = {}
    for count in (1, 255, 1, 300, 0, 0, 44):
        await place.write(count)
        for _ in range(2):
            await place.seal()
            raw = place.checkpoint()
            size = checkpoint.parse(note.parse(raw).text).size
            assert seen.setdefault(size, raw) == raw
    assert sorted(seen) == [1, 256, 257, 557, 601]
    newest = max(seen)
    assert place.verify(*(raw for size, raw in seen.items() if size < newest)).problems == ()


async def test_partial_tiles_of_a_full_one_are_dropped_and_older_trees_are_still_read(place: Place) -> None:
    await place.write(100)
    await place.seal()
    older = place.checkpoint()
    await place.write(200)
    await place.seal()
    assert not (place.store.path / "tile/0/000.p").exists()
    assert (place.store.path / "tile/0/000").exists()
    assert place.verify(older).problems == ()


async def test_store_that_lost_its_tiles_is_refused_then_made_again_from_the_journal(place: Place) -> None:
    await place.write(600)
    await place.seal()
    before = place.checkpoint()
    os.rename(place.store.path, place.folder / "elsewhere")
    await place.write(1)
    with pytest.raises((LogRefused, StoreRefused)):
        await place.sealer()
    assert await mending.rebuild(place.conn, place.keys, place.signer, place.store) == 600
    assert place.checkpoint() == before
    await place.seal()
    assert place.verify(before).entries == 601


async def test_store_of_another_tree_is_refused_and_nothing_is_signed(place: Place) -> None:
    await place.write(300)
    await place.seal()
    before = place.checkpoint()
    path = place.store.path / Tile(0, 1, 44).path
    path.write_bytes(path.read_bytes()[:-32] + bytes(32))
    await place.write(1)
    with pytest.raises(LogRefused):
        await place.sealer()
    assert place.checkpoint() == before


async def test_checkpoint_that_was_taken_back_or_forged_is_refused(place: Place) -> None:
    await place.write(3)
    await place.seal()
    old = place.checkpoint()
    await place.write(3)
    await place.seal()
    place.store.publish(old)
    with pytest.raises(LogRefused, match="replaced"):
        await place.sealer()
    stranger = note.Signer(place.signer.key.name, b"s" * 32)
    text = note.parse(old).text
    place.store.publish(note.signed(text, [stranger.sign(text)]))
    with pytest.raises(LogRefused, match="not signed"):
        await place.sealer()
    place.store.publish(b"nonsense")
    with pytest.raises(LogRefused, match="damaged"):
        await place.sealer()


async def test_i16_database_administrator_forges_the_sealed_state_and_nothing_is_signed(place: Place) -> None:
    await place.write(3)
    await place.seal()
    owner = await asyncpg.connect(place.database.owner)
    await owner.execute("UPDATE guard.sealed SET published_entry = published_entry + 100")
    await owner.close()
    with pytest.raises(stamped.Forged):
        await place.sealer()


async def test_journal_sealed_under_a_name_is_not_sealed_under_another(place: Place) -> None:
    await place.write(1)
    await place.seal()
    place.signer = note.Signer("other.example/journal", b"x" * 32)
    with pytest.raises(LogRefused, match="BEFFROI_JOURNAL_ORIGIN"):
        await place.sealer()


async def test_rows_are_in_the_order_of_their_commits_whatever_their_instants(place: Place) -> None:
    """Appends pass the turnstile before they draw a number: who sees one sees every one before it."""
    behind = await asyncpg.connect(place.database.guard)
    transaction = behind.transaction()
    await transaction.start()
    await behind.execute("INSERT INTO guard.journal (at, kind) VALUES (guard.instant(), 'first')")
    waiting = asyncio.create_task(place.write(1))
    async with asyncio.timeout(30):
        while not await behind.fetchval(_WAITS):  # noqa: ASYNC110 another task decides
            await asyncio.sleep(0.01)
    assert not waiting.done()
    await transaction.commit()
    assert await waiting == [2]
    await behind.close()


async def test_database_copy_that_lacks_published_entries_is_refused_until_the_loss_is_accepted(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    published = place.checkpoint()
    await place.take_back(row, 350)
    with pytest.raises(LogRefused, match="50 entries"):
        await place.sealer()
    assert place.checkpoint() == published
    assert await mending.adopt(place.conn, place.keys, place.signer, place.store) == 100
    assert await place.write(1) == [401]
    await place.seal()
    report = place.verify(published)
    assert (report.entries, report.problems) == (401, ())


async def test_database_copy_that_has_every_published_entry_goes_on(place: Place) -> None:
    await place.write(300)
    await place.seal()
    row = await place.state()
    await place.write(100)
    await place.seal()
    published = place.checkpoint()
    await place.put_back(row)
    await place.write(7)
    await place.seal()
    assert place.verify(published).entries == 407


def test_instant_before_the_epoch_has_a_day() -> None:
    assert day_of(datetime(1999, 12, 31, 23, tzinfo=UTC)) == -1
