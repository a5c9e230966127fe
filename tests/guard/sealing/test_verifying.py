"""I-08: whatever byte, file or entry of a sealed journal is changed, dropped or swapped is found, and named."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.guard.sealing import comparing, proving
from beffroi.guard.sealing.store import Folder
from beffroi.guard.sealing.verifying import Report, Trust, verify
from beffroi.standards.tlog import checkpoint, merkle, note, tiles
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.cosignature import CosignatureVerifier, Cosigner
from beffroi.standards.tlog.tiles import Growing, Tile
from tests.guard.sealing.place import Place

SIZE = 70_000
SIGNER = note.Signer("guard.example/journal", b"j" * 32)
TRUST = Trust([SIGNER.key])
OLD = 66_000


def entry(number: int, what: bytes = b"") -> bytes:
    return number.to_bytes(8, "big") + merkle.leaf_hash(b"commitment %d" % number + what)


def write(folder: Path, entries: list[bytes], *, signer: note.Signer = SIGNER) -> None:
    """A whole log, as the sealer would leave it."""
    tree, store = Growing(), Folder(folder)
    folder.mkdir(exist_ok=True)
    store.write(tree.extend(entries, [merkle.leaf_hash(one) for one in entries]))
    store.write(tree.edge())
    text = Checkpoint(signer.key.name, tree.size, tree.root).text
    store.publish(note.signed(text, [signer.sign(text)]))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of two levels and a half: 70,000 entries, numbered from 1 with a gap in the midst."""
    folder = tmp_path_factory.mktemp("log")
    write(folder, [entry(number + 1 + 5 * (number > 40_000)) for number in range(SIZE)])
    return folder


@pytest.fixture(scope="module")
def older(log: Path) -> bytes:
    """The checkpoint that a holder kept when the log had 66,000 entries."""
    root = merkle.root(OLD, tiles.Tree(SIZE, Folder(log).read).node)
    text = Checkpoint(SIGNER.key.name, OLD, root).text
    return note.signed(text, [SIGNER.sign(text)])


def report_of(folder: Path, *kept: bytes, trust: Trust = TRUST) -> Report:
    return verify(Folder(folder), trust, [(f"kept {number}", raw) for number, raw in enumerate(kept)])


@contextmanager
def changed(path: Path, change: Callable[[bytes], bytes | None]) -> Iterator[None]:
    """A file with other bytes, or gone, for as long as the block runs."""
    before = path.read_bytes()
    after = change(before)
    try:
        if after is None:
            path.unlink()
        else:
            path.write_bytes(after)
        yield
    finally:
        path.write_bytes(before)


FILES = [tile for level in range(-1, 3) for tile in tiles.of_tree(level, SIZE)]


def test_i08_log_as_it_was_sealed_has_no_problem(log: Path, older: bytes) -> None:
    report = report_of(log, older)
    assert (report.entries, report.problems) == (SIZE, ())
    assert report.checkpoint is not None
    assert report.checkpoint.size == SIZE


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tile=st.sampled_from(FILES), place=st.integers(0, 20_000), flip=st.integers(1, 255))
def test_i08_any_byte_changed_of_any_file_is_found_and_its_file_or_entry_named(
    log: Path, tile: Tile, place: int, flip: int
) -> None:
    path = log / tile.path
    at = place % path.stat().st_size

    def change(content: bytes) -> bytes:
        return content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]

    with changed(path, change):
        problems = report_of(log).problems
    if tile.level >= 0:
        assert [problem.where for problem in problems] == [tile.path]
    else:
        index = tile.number * 256 + at // 42
        named = [problem.where for problem in problems]
        cut = at % 42 < 2  # the length of an entry: the bundle cannot be read further
        assert (
            all(where == tile.path for where in named)
            if cut
            else [
                re.match(r"entry (\d+) ", where)[1]
                for where in named  # type: ignore[index]
            ]
            == [str(index)]
        )
        assert named


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tile=st.sampled_from(FILES), cut=st.integers(0, 300))
def test_i08_any_file_dropped_or_cut_is_named(log: Path, tile: Tile, cut: int) -> None:
    with changed(log / tile.path, lambda content: content[: -cut or None] if 0 < cut < len(content) else None):
        problems = report_of(log).problems
    assert {problem.where for problem in problems} == {tile.path}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, SIZE - 1), second=st.integers(0, SIZE - 1))
def test_i08_any_two_entries_swapped_are_named(log: Path, first: int, second: int) -> None:
    if first == second:
        return
    store = Folder(log)
    bundles = {
        index: next(t for t in FILES if t.level == -1 and t.number == index // 256) for index in (first, second)
    }
    held = {tile: bytearray(store.read(tile)) for tile in bundles.values()}
    before = {tile: bytes(content) for tile, content in held.items()}

    def span(index: int) -> tuple[bytearray, slice]:
        at = index % 256 * 42
        return held[bundles[index]], slice(at, at + 42)

    (one, at), (other, there) = span(first), span(second)
    one[at], other[there] = other[there], one[at]
    try:
        for tile, content in held.items():
            (log / tile.path).write_bytes(content)
        problems = report_of(log).problems
    finally:
        for tile, content in before.items():
            (log / tile.path).write_bytes(content)
    named = {re.match(r"entry (\d+) ", problem.where)[1] for problem in problems}  # type: ignore[index]
    assert named == {str(first), str(second)}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.sampled_from(["alter", "drop", "swap", "insert"]), place=st.integers(0, OLD - 2))
def test_i08_history_rewritten_whole_and_signed_again_is_found_by_who_kept_an_older_checkpoint(
    log: Path, older: bytes, tmp_path_factory: pytest.TempPathFactory, changes: str, place: int
) -> None:
    """The holder of the signing key itself rewrites one entry, then every hash above it."""
    entries = [one for bundle in tiles.of_tree(-1, SIZE) for one in tiles.entries(Folder(log).read(bundle))]
    if changes == "alter":
        entries[place] = entry(place + 1, b"altered")
    elif changes == "drop":
        del entries[place]
    elif changes == "swap":
        entries[place], entries[place + 1] = entries[place + 1], entries[place]
    else:
        entries.insert(place, entry(place + 1, b"inserted"))
    folder = tmp_path_factory.mktemp("rewritten")
    write(folder, entries)
    report = report_of(folder, older)
    assert "the log does not continue kept 0: its first entries were changed" in {one.what for one in report.problems}
    shutil.rmtree(folder)


@pytest.mark.parametrize("size", [0, 1, 255, 256, OLD - 1])
def test_i08_log_cut_behind_a_checkpoint_that_somebody_kept_is_found(
    log: Path, older: bytes, tmp_path: Path, size: int
) -> None:
    entries = [one for bundle in tiles.of_tree(-1, SIZE) for one in tiles.entries(Folder(log).read(bundle))]
    write(tmp_path / "cut", entries[:size])
    assert report_of(tmp_path / "cut").problems == ()
    problems = report_of(tmp_path / "cut", older).problems
    assert [problem.what for problem in problems] == [
        f"the log was cut: {OLD - size} entries that kept 0 knows are missing"
    ]


def test_checkpoint_of_another_key_of_another_log_or_damaged_is_named(log: Path, tmp_path: Path) -> None:
    stranger = note.Signer(SIGNER.key.name, b"s" * 32)
    assert "not signed" in report_of(log, trust=Trust([stranger.key])).problems[0].what
    write(tmp_path / "other", [entry(1)], signer=note.Signer("other.example", b"j" * 32))
    kept = (tmp_path / "other" / "checkpoint").read_bytes()
    trust = Trust([SIGNER.key, note.Signer("other.example", b"j" * 32).key])
    assert "of another log" in report_of(log, kept, trust=trust).problems[0].what
    with changed(log / "checkpoint", lambda content: content.replace(b"70000", b"69999")):
        assert {problem.where for problem in report_of(log).problems} >= {"checkpoint"}
    with changed(log / "checkpoint", lambda content: b"nonsense"):
        assert "no checkpoint" in report_of(log).problems[0].what
    with changed(log / "checkpoint", lambda content: None):
        assert report_of(log).problems[0].what == "is missing"


def test_witnesses_asked_for_must_have_cosigned(log: Path) -> None:
    text = note.parse((log / "checkpoint").read_bytes()).text
    witness, absent = (Cosigner(f"w{number}.example", bytes([number]) * 32) for number in (1, 2))
    trusted = [CosignatureVerifier(one.key) for one in (witness, absent)]
    cosigned = note.signed(text, [SIGNER.sign(text), witness.sign(text, 1)])
    with changed(log / "checkpoint", lambda content: cosigned):
        assert report_of(log, trust=Trust([SIGNER.key], trusted, 1)).cosigned == ("w1.example",)
        assert "1 of the witnesses" in report_of(log, trust=Trust([SIGNER.key], trusted, 2)).problems[0].what
    forged = note.signed(text, [SIGNER.sign(text), witness.sign(text + "x\n", 1)])
    with changed(log / "checkpoint", lambda content: forged):
        assert "not genuine" in report_of(log, trust=Trust([SIGNER.key], trusted, 0)).problems[0].what


def test_entries_whose_numbers_do_not_grow_are_named(tmp_path: Path) -> None:
    write(tmp_path / "log", [entry(1), entry(3), entry(3, b"twice"), entry(4)])
    assert [problem.where for problem in report_of(tmp_path / "log").problems] == ["entry 2 (journal number 3)"]


def test_empty_log_is_verified(tmp_path: Path) -> None:
    write(tmp_path / "log", [])
    assert report_of(tmp_path / "log").problems == ()
    assert checkpoint.parse(note.parse((tmp_path / "log" / "checkpoint").read_bytes()).text).size == 0


async def test_i08_row_changed_removed_or_slipped_in_behind_the_guard_is_named(place: Place) -> None:
    await place.write(600)
    await place.seal()
    log = proving.log_at(place.store)
    compared = await comparing.compare(place.conn, place.keys, log)
    assert (compared.agrees, compared.same) == (True, 600)
    owner = await asyncpg.connect(place.database.owner)
    for part in await owner.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits"
                                  " WHERE inhparent = 'guard.journal'::regclass"):  # fmt: skip
        await owner.execute(f"ALTER TABLE {part['name']} DISABLE TRIGGER USER")
    await owner.execute("ALTER TABLE guard.journal DISABLE TRIGGER USER")
    await owner.execute("UPDATE guard.journal SET groups = groups # 1 WHERE entry = 7")
    await owner.execute("UPDATE guard.journal SET detail = '{}' WHERE entry = 8 AND detail IS DISTINCT FROM '{}'")
    await owner.execute("DELETE FROM guard.journal WHERE entry IN (300, 301)")
    await owner.execute(
        "INSERT INTO guard.journal (entry, at, kind) OVERRIDING SYSTEM VALUE VALUES (0, now(), 'slipped in')"
    )
    await owner.close()
    compared = await comparing.compare(place.conn, place.keys, log)
    assert compared.changed[0] == 7
    assert set(compared.changed) <= {7, 8}
    assert compared.missing == [300, 301]
    assert compared.unsealed == []  # numbered below what the comparison looks at: see below
    assert not compared.agrees


async def test_day_whose_key_was_destroyed_says_nothing_and_stays_verifiable(place: Place) -> None:
    await place.write(3)
    await place.seal()
    await place.conn.execute("DELETE FROM guard.day_key")
    log = proving.log_at(place.store)
    compared = await comparing.compare(place.conn, place.keys, log)
    assert (compared.forgotten, compared.same, compared.agrees) == (3, 0, True)
    assert place.verify().problems == ()
    assert proving.prove(log, 2).position == 1
