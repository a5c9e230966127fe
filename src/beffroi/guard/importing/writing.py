"""One chunk of people: prepared in memory, then written in one transaction with the proof that it was."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import compress
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from beffroi.core.policy import Relation
from beffroi.guard import journal, turnstile
from beffroi.guard.importing import copying
from beffroi.guard.importing.network_map import NetworkMap
from beffroi.guard.importing.problems import Problem
from beffroi.guard.importing.reading import People, Reader
from beffroi.guard.importing.sources import Chunk, Source, tables
from beffroi.guard.journal import Entry
from beffroi.guard.keys import Keys
from beffroi.guard.vault.people import COLUMNS as PERSON_COLUMNS

FOLLOWED_BEFORE: Final = timedelta(days=30)
"""A follow-up imported without a date is taken to be this old: taking over a portfolio makes nobody a newcomer."""
_REMEMBERED: Final = 1 << 15
_SENT: Final = 100
"""Rows handed to the driver at a time: what a socket mostly takes at once, or the rest is copied to wait."""
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Job(NamedTuple):
    """One import under way: its id and the instant that all its rows carry."""

    id: UUID
    started_at: datetime


class Batch(NamedTuple):
    """A chunk ready to be written, by columns: line, id, row of the vault and rows of relations of each person."""

    chunk: Chunk
    lines: list[int]
    ids: list[bytes]
    people: list[bytes]
    relations: list[bytes]
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
        self._followed = lru_cache(_REMEMBERED)(self._followed_link)
        self._trained = lru_cache(_REMEMBERED)(self._training_link)

    def prepare(self, chunk: Chunk) -> Batch:
        """Encode one chunk. Raises SourceRefused when the content has changed."""
        batch = Batch(chunk, [], [], [], [], [])
        seen: set[bytes] = set()
        for table in tables(self._source, chunk):
            people, problems = self._reader.read(table)
            relations = self._related(people, problems)
            problems += _twice(people, seen)
            if wrong := {problem.line for problem in problems}:
                relations = [row for row, line in zip(relations, people.lines, strict=True) if line not in wrong]
                people = people.without(wrong)
            seen.update(people.ids)
            batch.problems.extend(problems)
            batch.lines.extend(people.lines)
            batch.ids.extend(people.ids)
            batch.people.extend(self._people.encode(people))
            batch.relations.extend(relations)
        return batch

    def _related(self, people: People, problems: list[Problem]) -> list[bytes]:
        """The relations of each; what is wrong with them is added to ``problems``."""
        encode, default = self._relations.encode, self._since
        relations = []
        for line, person, follower, referent, followed_since, training in zip(
            people.lines, people.ids, people.followers, people.referents, people.followed_since,
            people.training_organisations, strict=True,
        ):  # fmt: skip
            rows = b""
            if follower:
                link = self._followed(follower, referent)
                if isinstance(link, copying.RelationLink):
                    rows = encode(person, link, _midnight(followed_since) if followed_since else default)
                else:
                    problems.append(Problem(line, *link))
            if training:
                link = self._trained(training)
                if isinstance(link, copying.RelationLink):
                    rows += encode(person, link, default)
                else:
                    problems.append(Problem(line, *link))
            relations.append(rows)
        return relations

    def _followed_link(self, follower: str, referent: str) -> copying.RelationLink | tuple[str, str]:
        """What a follower and its referent (perhaps empty) give their relations, or column and code of a problem."""
        organisation = self._network.organisations.get(follower)
        if organisation is None:
            return "follower_organisation", "organisation_unknown"
        account = None
        if referent:
            account = self._network.referent(self._blind, referent, organisation)
            if account is None:
                return "referent", "referent_unknown"
        return copying.relation_link(organisation, Relation.FOLLOWED.value, account)

    def _training_link(self, code: str) -> copying.RelationLink | tuple[str, str]:
        organisation = self._network.organisations.get(code)
        if organisation is None:
            return "training_organisation", "organisation_unknown"
        return copying.relation_link(organisation, Relation.ENROLMENT.value, None)


def _twice(people: People, seen: set[bytes]) -> list[Problem]:
    """People whose id another row of the chunk has, before them."""
    if len(set(people.ids)) == len(people.ids) and seen.isdisjoint(people.ids):
        return []
    known, problems = set(seen), []
    for line, person in zip(people.lines, people.ids, strict=True):
        if person in known:
            problems.append(Problem(line, "person_id", "person_id_twice"))
        known.add(person)
    return problems


@lru_cache(_REMEMBERED)
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
        chunk, people, refused = batch.chunk, len(batch.ids), len({problem.line for problem in batch.problems})
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
            ("person", PERSON_COLUMNS, batch.people),
            ("relation", copying.RELATION_COLUMNS, list(filter(None, batch.relations))),
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
        for start in range(0, len(rows), _SENT):
            yield b"".join(rows[start : start + _SENT])
        yield copying.TRAILER

    await conn.copy_to_table(table, schema_name="guard", columns=columns, format="binary", source=source())


async def _known(conn: asyncpg.Connection, batch: Batch) -> set[bytes]:
    ids = [UUID(bytes=person) for person in batch.ids]
    return {row["id"].bytes for row in await conn.fetch("SELECT id FROM guard.person WHERE id = ANY($1)", ids)}


async def _erased(conn: asyncpg.Connection, batch: Batch) -> set[bytes]:
    ids = [UUID(bytes=person) for person in batch.ids]
    rows = await conn.fetch("SELECT person FROM guard.erased WHERE person = ANY($1)", ids)
    return {row["person"].bytes for row in rows}


def _without(batch: Batch, ids: set[bytes], code: str) -> Batch:
    keep = [person not in ids for person in batch.ids]
    refused = [Problem(line, "person_id", code) for line, kept in zip(batch.lines, keep, strict=True) if not kept]
    return Batch(
        batch.chunk,
        list(compress(batch.lines, keep)),
        list(compress(batch.ids, keep)),
        list(compress(batch.people, keep)),
        list(compress(batch.relations, keep)),
        batch.problems + refused,
    )
