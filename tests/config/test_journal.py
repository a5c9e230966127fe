"""``beffroi journal`` as people run it: a worker seals; others verify, prove, witness, compare."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

from beffroi.simulation.drill.ports import free_port
from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place as Log
from tests.guard.sweeping.place import Place
from tests.guard.world import build

PERSON = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def place(fresh: FreshDatabase, tmp_path: Path) -> Place:
    """An installation with a world, whose journal has a few entries."""
    made = Place(tmp_path, fresh)

    async def people() -> None:
        world = await build(fresh.guard, made.keys)
        await world.conn.execute(
            "INSERT INTO guard.journal (at, kind, person) SELECT guard.instant(), 'released', $1::uuid"
            " FROM generate_series(1, 300)",
            PERSON,
        )
        await world.conn.close()

    asyncio.run(people())
    return made


def run(place: Place, *words: str, status: int = 0) -> str:
    process = place.spawn(*words)
    said, told = process.communicate(timeout=60)
    assert process.returncode == status, said + told
    return said + told


def until(holds: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = 60 * 100
    while not holds():
        deadline -= 1
        assert process.poll() is None, process.communicate()
        assert deadline
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue


def size(place: Place) -> int:
    """Entries of the journal: facts of the world's rows, then 300 openings."""
    with closing(psycopg.connect(place.database.guard)) as conn:
        row = conn.execute("SELECT count(*), max(entry) FROM guard.journal").fetchone()
    assert row is not None
    assert row[0] == row[1], "numbers without a gap"
    return int(row[0])


def test_operator_seals_then_anybody_verifies_keeps_proves_and_sees_a_change(place: Place) -> None:
    log, kept, sealed = str(place.folder / "journal"), place.folder / "kept", size(place)
    more, opening = sealed + 1, sealed - 300 + 7
    assert "seal: nothing to do" in run(place, "worker", "--once")
    key = run(place, "journal", "key").strip()
    assert key.startswith("guard.localhost:8001/journal+")
    key_file = place.folder / "log.key"
    key_file.write_text(key + "\n")
    told = run(place, "journal", "verify", log, "--key", str(key_file), "--keep", str(kept))
    assert "Nothing is wrong." in told
    assert f"{sealed} of {sealed} entries" in told
    with closing(psycopg.connect(place.database.guard, autocommit=True)) as conn:
        conn.execute("INSERT INTO guard.journal (at, kind) VALUES (guard.instant(), 'test')")
    run(place, "worker", "--once")
    assert f"{more} of {more}" in run(place, "journal", "verify", log, "--key", key, "--older", str(kept))

    proof = place.folder / "7.tlog-proof"
    run(place, "journal", "prove", "--entry", str(opening), "--show", "--output", str(proof))
    told = run(place, "journal", "verify", str(proof), "--key", key)
    assert f"Entry {opening} stands in the log guard.localhost:8001/journal of {more} entries" in told
    assert PERSON in told
    plain = run(place, "journal", "prove", log, "--entry", str(opening))
    assert plain.startswith(f"c2sp.org/tlog-proof@v1\nindex {opening - 1}\n")
    assert "old 256\n" in run(place, "journal", "prove", log, "--from", "256", "--to", "300")
    assert "300 proofs" in run(place, "journal", "prove", "--person", PERSON, "--output", str(place.folder / "mine"))
    assert len(list((place.folder / "mine").iterdir())) == 300
    proof.write_bytes(proof.read_bytes().replace(b"index %d" % (opening - 1), b"index 5"))
    assert "WRONG" in run(place, "journal", "verify", str(proof), "--key", key, status=1)
    assert "no entry 999" in run(place, "journal", "prove", log, "--entry", "999", status=2)

    assert f"{more} entries of the journal are those" in run(place, "journal", "compare")
    path = place.folder / "journal" / "tile" / "entries" / "000"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    told = run(place, "journal", "verify", log, "--key", key, status=1)
    assert "WRONG entry 2 (journal number 3): is not the one that was sealed" in told
    assert f"{more} entries are in" in run(place, "journal", "rebuild")
    assert "Nothing is wrong." in run(place, "journal", "verify", log, "--key", key, "--older", str(kept))


def test_witness_elsewhere_cosigns_what_the_worker_seals_and_is_demanded_by_who_verifies(place: Place) -> None:
    key = run(place, "journal", "key").strip()
    words = [
        "journal",
        "witness",
        "--name",
        "w.example",
        "--state",
        str(place.folder / "w"),
        "--log",
        key,
        "--port",
        "0",
    ]
    witness = place.spawn(*words)
    assert witness.stdout is not None
    line, address = witness.stdout.readline().strip(), witness.stdout.readline()
    url = address.removeprefix("Listening on ").strip().removesuffix(".")
    (place.folder / "witnesses").write_text(f"{line} {url}\n")
    settings = f"BEFFROI_JOURNAL_WITNESSES={place.folder / 'witnesses'}\nBEFFROI_JOURNAL_QUORUM=1\n"
    (place.folder / "settings.env").write_text(settings)
    os.chmod(place.folder / "settings.env", 0o600)
    sealed = size(place)
    worker = place.spawn("worker")
    checkpoint = place.folder / "journal" / "checkpoint"
    until(lambda: checkpoint.exists() and f"\n{sealed}\n" in checkpoint.read_text(), worker)
    told = run(place, "journal", "verify", str(place.folder / "journal"), "--key", key, "--witness", line)
    assert "Cosigned by w.example." in told
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=30)
    assert worker.returncode == 0, said
    witness.send_signal(signal.SIGTERM)
    witness.communicate(timeout=30)
    assert witness.returncode == 0
    (place.folder / "settings.env").write_text("BEFFROI_JOURNAL_QUORUM=1\n")
    assert "names 0 witnesses" in run(place, "worker", status=2)


def test_i16_guard_does_not_start_on_an_older_copy_before_its_loss_is_accepted_and_people_open_it(
    place: Place,
) -> None:
    database, port = place.database, free_port()
    urls = {"OWNER": database.owner, "GUARD": database.guard, "CONSOLE": database.console}
    said = "".join(f"BEFFROI_{role}_DATABASE_URL={url}\n" for role, url in urls.items())
    (place.folder / "settings.env").write_text(f"{said}BEFFROI_GUARD_PORT={port}\n")
    os.chmod(place.folder / "settings.env", 0o600)
    run(place, "worker", "--once")
    log = Log(place.folder, database, place.keys)

    async def go_back() -> None:
        await log.open()
        row, last = await log.state(), await log.conn.fetchval("SELECT max(entry) FROM guard.journal")
        await log.conn.execute(
            "INSERT INTO guard.journal (at, kind) SELECT guard.instant(), 'test' FROM generate_series(1, 7)"
        )
        await asyncio.to_thread(run, place, "worker", "--once")
        await log.take_back(row, last)
        await log.close()

    asyncio.run(go_back())
    refused = run(place, "guard", status=2)
    assert "of which this database lacks 7" in refused
    assert "beffroi restore" in refused
    assert "Everything is contained" in run(place, "restore", "--accept")
    assert "nothing to accept" in run(place, "restore", "--accept", status=2)
    guard = place.spawn("guard")
    until(lambda: answers(port), guard)
    assert "everything" in run(place, "contain", "list")
    guard.send_signal(signal.SIGTERM)
    _, told = guard.communicate(timeout=30)
    assert guard.returncode == 0, told


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def test_verifier_without_a_key_or_with_what_is_none_is_told_so(place: Place) -> None:
    assert "Name the log's key" in run(place, "journal", "verify", str(place.folder), status=2)
    assert "is no key" in run(place, "journal", "verify", str(place.folder), "--key", "nonsense", status=2)
    key = run(place, "journal", "key").strip()
    assert "is missing" in run(place, "journal", "verify", str(place.folder), "--key", key, status=1)
    assert "neither a folder" in run(place, "journal", "verify", "/nowhere", "--key", key, status=2)
