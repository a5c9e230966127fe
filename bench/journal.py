"""Sealing and verification of the journal, against the bare append rate of PostgreSQL; what sealing costs decisions.

``python -m bench journal`` writes ``bench/results/journal.json``.
"""

import asyncio
import json
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final
from uuid import UUID

import asyncpg

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard import key_check, keys, migrations
from beffroi.guard.journal import COLUMNS, Entry, append
from beffroi.guard.sealing import comparing, proving, verifying
from beffroi.guard.sealing.sealer import Sealer
from beffroi.guard.sealing.store import Folder
from beffroi.guard.sealing.verifying import Trust
from beffroi.standards.tlog import note
from bench import machine
from bench.decision import Bench

ORIGIN: Final = "bench.example/journal"
CLIENTS: Final = 64
_CHUNK: Final = 10_000
_BATCH: Final = 64


def entries(count: int, at: datetime, chance: Random) -> list[Entry]:
    """Releases as an ordinary day has them: 15,000 accounts, 1.6 million people."""

    def identifier(kinds: int) -> str:
        return str(UUID(int=chance.randrange(kinds) << 64 | 0xBEFF_0000_0000_0000))

    return [
        Entry(
            at, "released", identifier(1_600_000), 3, identifier(15_000), identifier(15_000), identifier(450),
            "console", "adviser", "follow-up", "followed", "f" * 64,
        )
        for _ in range(count)
    ]  # fmt: skip


async def _append(dsn: str, count: int) -> dict[str, float]:
    """Rows a second: by COPY, as fast as PostgreSQL takes them; and in transactions of a batch, as a guard writes."""
    conn = await asyncpg.connect(dsn)
    try:
        at, chance = await conn.fetchval("SELECT guard.instant()"), Random(1)
        spent = 0.0
        for done in range(0, count, _CHUNK):
            rows = entries(_CHUNK, at + timedelta(milliseconds=done), chance)
            records = [
                tuple(UUID(v) if n in _IDS and v else v for n, v in zip(COLUMNS, row, strict=True)) for row in rows
            ]
            began = time.perf_counter()
            async with conn.transaction():
                await conn.copy_records_to_table("journal", schema_name="guard", columns=COLUMNS, records=records)
            spent += time.perf_counter() - began
        batches, in_batches = 200, 0.0
        for _ in range(batches):
            rows = entries(_BATCH, await conn.fetchval("SELECT guard.instant()"), chance)
            began = time.perf_counter()
            async with conn.transaction():
                await append(conn, rows)
            in_batches += time.perf_counter() - began
        return {
            "copy_per_second": round(count / spent),
            "batches_of_64_per_second": round(batches * _BATCH / in_batches),
            "rows": count + batches * _BATCH,
        }
    finally:
        await conn.close()


_IDS: Final = frozenset({"person", "account", "session", "organisation"})


async def _seal(dsn: str, held: keys.Keys, signer: note.Signer, store: Folder) -> tuple[int, int]:
    """Everything, from an empty store; rows and steps."""
    conn = await asyncpg.connect(dsn)
    try:
        sealer = Sealer(held, signer, store)
        await sealer.open(conn)
        rows = steps = 0
        while done := await sealer.step(conn):
            rows, steps = rows + done, steps + 1
        return rows, steps
    finally:
        await conn.close()


async def _compare(dsn: str, held: keys.Keys, store: Folder) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        found = await comparing.compare(conn, held, proving.log_at(store))
        assert found.agrees, "nobody changed a row"
        return found.same
    finally:
        await conn.close()


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rates(folder: Path, count: int) -> dict[str, Any]:
    """Append, seal, verify, compare so many rows on a server of their own, with fsync."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "pg", shared_buffers="512MB") as server:
        roles = database.bootstrap(database.create_database(server.dsn(), "journal"), server.credentials_dir)
        asyncio.run(migrations.migrate(roles.owner))
        held = keys.generate(folder / "keys" / "guard.key")
        asyncio.run(_establish(roles.guard, held))
        signer = note.Signer(ORIGIN, b"b" * 32)
        appended = asyncio.run(_append(roles.guard, count))
        pid, store = server.postmaster_pid, Folder(folder / "log")
        assert pid is not None
        store.open()
        before = _own_cpu(), machine.cpu_seconds(machine.family(pid))
        began = time.perf_counter()
        rows, steps = asyncio.run(_seal(roles.guard, held, signer, store))
        sealed = time.perf_counter() - began
        used = _own_cpu() - before[0], machine.cpu_seconds(machine.family(pid)) - before[1]
        began, spent = time.perf_counter(), _own_cpu()
        report = verifying.verify(store, Trust([signer.key]))
        verified, verified_cpu = time.perf_counter() - began, _own_cpu() - spent
        assert not report.problems, "it was just sealed"
        began = time.perf_counter()
        compared = asyncio.run(_compare(roles.guard, held, store))
        comparing_seconds = time.perf_counter() - began
        tiles = sum(path.stat().st_size for path in store.path.rglob("*") if path.is_file())
        table = asyncio.run(_value(roles.owner, "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
                                                " WHERE inhparent = 'guard.journal'::regclass"))  # fmt: skip
        store.close()
        server.destroy()
    shutil.rmtree(folder)
    return {
        "append": appended,
        "seal": {
            "rows": rows,
            "steps": steps,
            "per_second": round(rows / sealed),
            "cpu_us": {"python": round(1e6 * used[0] / rows, 2), "postgres": round(1e6 * used[1] / rows, 2)},
            "ratio_to_copy": round(rows / sealed / appended["copy_per_second"], 2),
            "ratio_to_batches": round(rows / sealed / appended["batches_of_64_per_second"], 2),
        },
        "verify": {
            "per_second": round(report.entries / verified),
            "per_second_a_core": round(report.entries / verified_cpu),
        },
        "compare": {"per_second": round(compared / comparing_seconds)},
        "bytes_an_entry": {"log": round(tiles / rows, 1), "table": round(float(table) / rows, 1)},
    }


async def _establish(dsn: str, held: keys.Keys) -> None:
    conn = await asyncpg.connect(dsn)
    await key_check.establish(conn, held)
    await conn.close()


async def _value(dsn: str, query: str) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(query)
    finally:
        await conn.close()


class Lag:
    """How long entries stay unsealed, looked at fifty times a second from outside."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._samples: list[tuple[float, int, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._look()))

    def __enter__(self) -> "Lag":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _look(self) -> None:
        conn = await asyncpg.connect(self._dsn)
        while not self._stop.is_set():
            row = await conn.fetchrow(
                "SELECT (SELECT entry FROM guard.journal ORDER BY entry DESC LIMIT 1),"
                " (SELECT published_entry FROM guard.sealed)"
            )
            self._samples.append((time.monotonic(), row[0] or 0, row[1] or 0))
            await asyncio.sleep(0.02)
        await conn.close()

    def seconds(self) -> list[float]:
        """For each look, how long it took until all that it saw was published."""
        published = [sample[2] for sample in self._samples]
        found = []
        for at, newest, _ in self._samples:
            place = bisect_left(published, newest)
            if place < len(published):
                found.append(self._samples[place][0] - at)
        return sorted(found)


@contextmanager
def _sealing(bench: Bench, folder: Path) -> Iterator[None]:
    """A worker beside the guard, which has sealed what was there when the block begins."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    if not (folder / "journal.key").exists():
        keys.generate_journal_key(folder / "journal.key")
    order = {
        "database": bench.roles.guard, "key_file": str(bench.key_file), "policy_file": str(bench.policy),
        "journal_key": str(folder / "journal.key"), "store": str(folder / "log"), "ready": str(ready),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "bench.sealing"], stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    json.dump(order, process.stdin)
    process.stdin.close()
    try:
        deadline = time.monotonic() + 600
        while asyncio.run(_value(bench.roles.guard, _WAITING)):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the sealer did not start")
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


_WAITING: Final = (
    "SELECT coalesce((SELECT entry FROM guard.journal ORDER BY entry DESC LIMIT 1), 0)"
    " > coalesce((SELECT published_entry FROM guard.sealed), -1)"
)


def beside_decisions(folder: Path, people: int, runs: int, seconds: float, warm_up: float) -> dict[str, Any]:
    """Decisions a second without and with a worker that seals them, in turns; and how far sealing lags meanwhile."""
    bench = Bench(folder / "decisions", people, seconds, warm_up)
    log = folder / "sealing"
    log.mkdir(parents=True, exist_ok=True)
    without, beside, lags = [], [], []
    try:
        for _ in range(runs):
            with bench.guard() as guard:
                without.append(bench.measure(guard, CLIENTS))
            with _sealing(bench, log), bench.guard(longest_lag=5.0) as guard, Lag(bench.roles.guard) as lag:
                beside.append(bench.measure(guard, CLIENTS))
            lags += lag.seconds()
    finally:
        bench.server.stop()
    lags.sort()
    off, on = (median(run["per_second"] for run in runs_of) for runs_of in (without, beside))
    return {
        "people": people,
        "clients": CLIENTS,
        "without": {name: median(run[name] for run in without) for name in without[0]},
        "with": {name: median(run[name] for run in beside) for name in beside[0]},
        "lost_percent": round(100 * (1 - on / off), 1),
        "lag_ms": {
            "p50": round(1000 * lags[len(lags) // 2]),
            "p99": round(1000 * lags[len(lags) * 99 // 100]),
            "most": round(1000 * lags[-1]),
        },
    }


def run(count: int, people: int, runs: int, seconds: float, warm_up: float, folder: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    return {
        "machine": machine.description(),
        "fsync_ms": _fsync(folder),
        **rates(folder / "journal", count),
        "beside_decisions": beside_decisions(folder, people, runs, seconds, warm_up),
    }


def _fsync(folder: Path) -> float:
    folder.mkdir(parents=True, exist_ok=True)
    return machine.fsync_ms(folder)


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    append_, seal, beside = results["append"], results["seal"], results["beside_decisions"]
    lines = [
        ("append by COPY, rows a second", f"{append_['copy_per_second']:,}"),
        ("append in batches of 64", f"{append_['batches_of_64_per_second']:,}"),
        (
            "seal, entries a second",
            f"{seal['per_second']:,} ({seal['cpu_us']['python']} + {seal['cpu_us']['postgres']} µs)",
        ),
        ("verify, entries a second a core", f"{results['verify']['per_second_a_core']:,}"),
        ("compare with the rows", f"{results['compare']['per_second']:,}"),
        ("bytes an entry in the log", f"{results['bytes_an_entry']['log']}"),
        ("decisions without, with sealing", f"{beside['without']['per_second']:,} {beside['with']['per_second']:,}"),
        ("lost", f"{beside['lost_percent']} %"),
        ("durable to published, p50 p99 most", " ".join(f"{value} ms" for value in beside["lag_ms"].values())),
    ]
    return "\n".join(f"{name:36}{value}" for name, value in lines)
