"""Import of people: chunks handed to worker processes, progress, report; resumable and never twice.

The same content is the same job for ever: running it again writes only the chunks that are missing.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID, uuid4

import asyncpg

from beffroi.guard import key_check, keys
from beffroi.guard.importing import worker
from beffroi.guard.importing.problems import Problem
from beffroi.guard.importing.sources import Chunk, Source
from beffroi.guard.importing.worker import Failure, Order
from beffroi.guard.importing.writing import Job, Written

INDEXES: Final = (
    "person_blind_nir", "person_blind_agency_id", "person_blind_email", "person_blind_phone", "person_blind_name",
    "person_blind_birth_name", "relation_referent", "relation_organisation",
)  # fmt: skip
AHEAD: Final = 2
"""Chunks a worker holds: the one being written and the one being sealed."""


class ImportStopped(RuntimeError):
    """The import could not go on; what was written stays, running it again takes up the rest."""


class Progress(NamedTuple):
    """How far an import is: ``done`` from 0 to 1."""

    done: float
    people: int
    refused: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import left. ``people`` and ``refused`` count the whole file, ``written`` this run alone."""

    job: UUID
    people: int
    refused: int
    written: int
    problems: tuple[Problem, ...]


def import_people(
    source: Source,
    *,
    dsn: str,
    key_file: Path,
    operator: str,
    workers: int | None = None,
    dry_run: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Outcome:
    """Import a file with one process a core (or ``workers``), under the guard's role.

    Raises KeysRefused, SourceRefused, HeaderRefused, ImportStopped, asyncpg.PostgresError; each leaves whole chunks.
    """
    begun = asyncio.run(_begin(dsn, key_file, source, operator, dry_run))
    order = Order(source, dsn, key_file, begun.job, operator, dry_run)
    missing = (chunk for chunk in source.chunks() if chunk.number not in begun.done)
    count = Progress(0.0, begun.people, begun.refused)
    problems: list[Problem] = []
    written = 0
    for result in _distribute(missing, order, workers or len(os.sched_getaffinity(0))):
        chunk_written, found = result
        problems += found
        if not chunk_written.already:
            written += chunk_written.people
        count = Progress(
            max(count.done, chunk_written.chunk.done),
            count.people + chunk_written.people,
            count.refused + chunk_written.refused,
        )
        progress(count)
    if not dry_run:
        problems = asyncio.run(_finish(dsn, begun.job))
    return Outcome(begun.job.id, count.people, count.refused, written, tuple(sorted(problems)))


@dataclass(frozen=True, slots=True)
class _Begun:
    job: Job
    done: frozenset[int]
    people: int
    refused: int


async def _begin(dsn: str, key_file: Path, source: Source, operator: str, dry: bool) -> _Begun:
    held = keys.load(key_file)
    conn = await asyncpg.connect(dsn)
    try:
        await key_check.verify(conn, held)
        if dry:
            return _Begun(Job(UUID(int=0), datetime.now(UTC)), frozenset(), 0, 0)
        await conn.execute("SELECT guard.set_aside_indexes()")
        row = await conn.fetchrow(
            "INSERT INTO guard.import_job (id, file_sha256, size, operator, started_at)"
            " VALUES ($1, $2, $3, $4, guard.instant())"
            " ON CONFLICT (file_sha256) DO UPDATE SET operator = excluded.operator RETURNING id, started_at",
            uuid4(), source.digest, source.size, operator,
        )  # fmt: skip
        assert row is not None
        chunks = await conn.fetch("SELECT number, people, refused FROM guard.import_chunk WHERE job = $1", row["id"])
        return _Begun(
            Job(row["id"], row["started_at"]),
            frozenset(chunk["number"] for chunk in chunks),
            sum(chunk["people"] for chunk in chunks),
            sum(chunk["refused"] for chunk in chunks),
        )
    finally:
        await conn.close()


async def _finish(dsn: str, job: Job) -> list[Problem]:
    """Build the indexes again, two at a time, close the job, and gather what was refused."""
    waiting = list(INDEXES)

    async def build() -> None:
        # Two at a time are the parallelism: each starting helpers of its own would cost more than they do.
        conn = await asyncpg.connect(
            dsn, server_settings={"maintenance_work_mem": "256MB", "max_parallel_maintenance_workers": "0"}
        )
        try:
            while waiting:
                await conn.execute("SELECT guard.restore_index($1)", waiting.pop())
        finally:
            await conn.close()

    await asyncio.gather(build(), build())
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(
            "UPDATE guard.import_job SET finished_at = guard.instant() WHERE id = $1 AND finished_at IS NULL", job.id
        )
        texts = await conn.fetch(
            "SELECT problems FROM guard.import_chunk WHERE job = $1 AND problems <> '[]'", job.id
        )
        return [Problem(*problem) for text in texts for problem in json.loads(text["problems"])]
    finally:
        await conn.close()


def _distribute(chunks: Iterator[Chunk], order: Order, workers: int) -> Iterator[tuple[Written, list[Problem]]]:
    """Hand chunks out as workers become free, and give back what each wrote."""
    pipes: dict[Connection, subprocess.Popen[bytes]] = {}
    held: dict[Connection, int] = {}
    try:
        for _ in range(workers):
            pipe, process = worker.start(order)
            pipes[pipe], held[pipe] = process, 0
        for pipe in list(pipes) * AHEAD:
            _hand(pipe, chunks, held)
        while any(held.values()):
            for ready in wait([pipe for pipe, count in held.items() if count]):
                assert isinstance(ready, Connection)
                try:
                    answer = ready.recv()
                except (EOFError, ConnectionResetError):
                    raise ImportStopped("a worker of the import was killed") from None
                if isinstance(answer, Failure):
                    raise ImportStopped(answer.text)
                held[ready] -= 1
                _hand(ready, chunks, held)
                yield answer
        for pipe in pipes:
            pipe.send(None)
    finally:
        for pipe, process in pipes.items():
            with suppress(OSError):
                pipe.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _hand(pipe: Connection, chunks: Iterator[Chunk], held: dict[Connection, int]) -> None:
    chunk = next(chunks, None)
    if chunk is not None:
        with suppress(BrokenPipeError):  # the worker failed: its reason is waiting to be read
            pipe.send(chunk)
        held[pipe] += 1
