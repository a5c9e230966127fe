"""One chunk of people: prepared in memory, then written in one transaction with the proof that it was."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from beffroi.core.policy import Relation
from beffroi.guard import journal, turnstile
from beffroi.guard.importing import copying
from beffroi.guard.importing.network_map import NetworkMap
from beffroi.guard.importing.problems import Problem
from beffroi.guard.importing.reading import Prepared, Reader
from beffroi.guard.importing.sources import Chunk, Source
from beffroi.guard.journal import Entry
from beffroi.guard.keys import Keys
from beffroi.guard.vault.people import COLUMNS as PERSON_COLUMNS

FOLLOWED_BEFORE: Final = timedelta(days=30)
"""A follow-up imported without a date is taken to be this old: taking over a portfolio makes nobody a newcomer."""
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Job(NamedTuple):
    """One import under way: its id and the instant that all its rows carry."""

    id: UUID
    started_at: datetime


class Line(NamedTuple):
    """One person encoded: the row of the vault and those of its relations."""

    line: int
    id: bytes
    person: bytes
    relations: bytes


class Batch(NamedTuple):
    """A chunk ready to be written."""

    chunk: Chunk
    lines: list[Line]
    problems: list[Problem]


class Written(NamedTuple):
    """What a chunk left in the database; ``already`` when another process had written it."""

    chunk: Chunk
    people: int
    refused: int
    already: bool


class Preparer:
    """Reads, checks, seals: all that costs processor time and needs no database."""

    def __init__(self, source: Source, keys: Keys, network: NetworkMap, job: Job) -> None:
        self._source, self._network, self._blind = source, network, keys.blind
        at = (job.started_at - _EPOCH) // _MICROSECOND
        self._since = at - FOLLOWED_BEFORE // _MICROSECOND
        self._reader = Reader(job.started_at.date(), job.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self._people = copying.PersonRows(keys, at)
        self._relations = copying.RelationRows(keys.authenticator)
        self._referents: dict[tuple[str, bytes], bytes | None] = {}

    def prepare(self, chunk: Chunk) -> Batch:
        """Encode one chunk. Raises SourceRefused when the content has changed."""
        lines: list[Line] = []
        problems: list[Problem] = []
        seen: set[bytes] = set()
        for number, values in self._source.rows(chunk):
            person = self._reader.read(number, values)
            if isinstance(person, list):
                problems += person
                continue
            relations = self._related(person)
            if isinstance(relations, Problem):
                problems.append(relations)
            elif person.id in seen:
                problems.append(Problem(number, "person_id", "person_id_twice"))
            else:
                seen.add(person.id)
                lines.append(Line(number, person.id, self._people.encode(person), relations))
        return Batch(chunk, lines, problems)

    def _related(self, person: Prepared) -> bytes | Problem:
        rows = b""
        if person.follower:
            organisation = self._network.organisations.get(person.follower)
            if organisation is None:
                return Problem(person.line, "follower_organisation", "organisation_unknown")
            referent = None
            if person.referent:
                referent = self._referent(person.referent, organisation)
                if referent is None:
                    return Problem(person.line, "referent", "referent_unknown")
            since = _midnight(person.followed_since) if person.followed_since else self._since
            rows = self._relations.encode(person.id, organisation, Relation.FOLLOWED.value, referent, since)
        if person.training_organisation:
            organisation = self._network.organisations.get(person.training_organisation)
            if organisation is None:
                return Problem(person.line, "training_organisation", "organisation_unknown")
            rows += self._relations.encode(person.id, organisation, Relation.ENROLMENT.value, None, self._since)
        return rows

    def _referent(self, text: str, organisation: bytes) -> bytes | None:
        known = (text, organisation)
        if known not in self._referents:
            self._referents[known] = self._network.referent(self._blind, text, organisation)
        return self._referents[known]


@lru_cache(1 << 15)
def _midnight(day: str) -> int:
    return (datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) - _EPOCH) // _MICROSECOND


async def write(conn: asyncpg.Connection, job: Job, batch: Batch, operator: str) -> Written:
    """Write a batch, or find that it was written already. Nothing of it is kept when anything fails."""
    try:
        return await _write(conn, job, batch, operator)
    except asyncpg.UniqueViolationError:
        known = await _known(conn, batch)
        return await _write(conn, job, _without(batch, known, "person_id_twice"), operator)


async def _write(conn: asyncpg.Connection, job: Job, batch: Batch, operator: str) -> Written:
    async with conn.transaction():
        if await conn.fetchval("SELECT EXISTS (SELECT FROM guard.erased)"):
            batch = _without(batch, await _erased(conn, batch), "person_erased")
        chunk, people, refused = batch.chunk, len(batch.lines), len({problem.line for problem in batch.problems})
        claimed = await conn.fetchval(
            "INSERT INTO guard.import_chunk (job, number, people, refused, problems) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (job, number) DO NOTHING RETURNING number",
            job.id, chunk.number, people, refused, json.dumps(batch.problems),
        )  # fmt: skip
        if claimed is None:
            row = await conn.fetchrow(
                "SELECT people, refused FROM guard.import_chunk WHERE job = $1 AND number = $2", job.id, chunk.number
            )
            assert row is not None
            return Written(chunk, row["people"], row["refused"], already=True)
        for table, columns, rows in (
            ("person", PERSON_COLUMNS, [line.person for line in batch.lines]),
            ("relation", copying.RELATION_COLUMNS, [line.relations for line in batch.lines if line.relations]),
        ):
            if rows:
                await _copy(conn, table, columns, rows)
        await turnstile.take(conn)  # last, so that a serving guard waits for a commit and no more
        detail = json.dumps({"chunk": chunk.number, "job": str(job.id), "operator": operator, "people": people})
        at = await conn.fetchval("SELECT guard.instant()")
        await journal.append(conn, [Entry(at, "imported", detail=detail)])
    return Written(chunk, people, refused, already=False)


async def _copy(conn: asyncpg.Connection, table: str, columns: tuple[str, ...], rows: list[bytes]) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield copying.SIGNATURE
        for start in range(0, len(rows), 400):
            yield b"".join(rows[start : start + 400])
        yield copying.TRAILER

    await conn.copy_to_table(table, schema_name="guard", columns=columns, format="binary", source=source())


async def _known(conn: asyncpg.Connection, batch: Batch) -> set[bytes]:
    ids = [UUID(bytes=line.id) for line in batch.lines]
    return {row["id"].bytes for row in await conn.fetch("SELECT id FROM guard.person WHERE id = ANY($1)", ids)}


async def _erased(conn: asyncpg.Connection, batch: Batch) -> set[bytes]:
    ids = [UUID(bytes=line.id) for line in batch.lines]
    rows = await conn.fetch("SELECT person FROM guard.erased WHERE person = ANY($1)", ids)
    return {row["person"].bytes for row in rows}


def _without(batch: Batch, ids: set[bytes], code: str) -> Batch:
    refused = [Problem(line.line, "person_id", code) for line in batch.lines if line.id in ids]
    return Batch(batch.chunk, [line for line in batch.lines if line.id not in ids], batch.problems + refused)
