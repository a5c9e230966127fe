"""Where the openings of a window are: files for the days that have one, rows of PostgreSQL for the others.

Both are read off one snapshot, so that a day exported meanwhile is neither missed nor counted twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import pyarrow as pa

from beffroi.guard.decisions.connections import PATIENT
from beffroi.guard.forensics.questions import HOT, HOT_COLUMNS, SORTED, By, Question, ReadBy
from beffroi.guard.merging import aliases
from beffroi.guard.retention import catalogue
from beffroi.guard.retention.catalogue import ColdFile, ColdRefused, Verified
from beffroi.guard.retention.columns import batch, schema
from beffroi.guard.retention.ending import partitions
from beffroi.guard.retention.layouts import Layout

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_ROWS = 50_000
_EXPIRED = """
SELECT max(until_at) FROM guard.cold_file e WHERE ended_at IS NOT NULL AND layout IN ('day', 'time') AND NOT EXISTS (
    SELECT FROM guard.cold_file l WHERE l.ended_at IS NULL AND l.layout IN ('day', 'time')
        AND l.from_at <= e.from_at AND e.until_at <= l.until_at)
"""


class Sources(NamedTuple):
    """Files and rows of a question. ``lost_until``: what was before it in the window is no longer kept.

    ``survivors``: ids under which the journal names people whose file was merged into another, and that file's.
    """

    files: Sequence[ColdFile]
    hot: pa.Table
    lost_until: datetime | None
    survivors: Mapping[str, str] = {}


class Plan(NamedTuple):
    """Files that meet a window, and the stretches of it that PostgreSQL answers."""

    files: tuple[ColdFile, ...]
    hot: tuple[tuple[datetime, datetime], ...]


def plan(files: Sequence[ColdFile], question: Question) -> Plan:
    """Which file, or which rows, for each instant of the window: exactly one. Raises ColdRefused for a hole."""
    from_at, until_at = question.from_at, question.until_at
    whole = catalogue.whole(files)
    if not whole:
        return Plan((), ((from_at, until_at),))
    best = {
        (one.from_at, one.until_at): one for one in files if one.layout is SORTED[type(question)] and one.complete
    }
    chosen = tuple(
        best.get((one.from_at, one.until_at), one) if one.layout is Layout.TIME else one
        for one in whole
        if one.from_at < until_at and from_at < one.until_at
    )
    stretches = ((from_at, min(until_at, whole[0].from_at)), (max(from_at, whole[-1].until_at), until_at))
    return Plan(chosen, tuple(one for one in stretches if one[0] < one[1]))


async def gather(conn: "asyncpg.Connection", keys: "Keys", question: Question) -> Sources:
    """Choose the files and read the rows, in one snapshot. Raises ColdRefused, Forged."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.execute(PATIENT)
        survivors = await aliases.survivors(conn, keys)
        files = await catalogue.live(conn, keys)
        planned = plan(files, question)
        if planned.files or files:
            await _no_hole(conn, catalogue.whole(files))
        parts = [schema(HOT_COLUMNS).empty_table()]
        for from_at, until_at in planned.hot:
            cursor = await conn.cursor(HOT, from_at, until_at, *_filters(question, survivors))
            while rows := await cursor.fetch(_ROWS):
                parts.append(pa.Table.from_batches([batch(rows, HOT_COLUMNS)]))
        expired: datetime | None = await conn.fetchval(_EXPIRED)
    lost = expired if expired is not None and question.from_at < expired else None
    return Sources(planned.files, pa.concat_tables(parts), lost, survivors)


async def _no_hole(conn: "asyncpg.Connection", whole: Sequence[ColdFile]) -> None:
    """Raises ColdRefused when neither a file nor the database holds what came after the last file."""
    months = await partitions(conn)
    first = datetime.strptime(f"{months[0]}+0000", "%Y-%m%z") if months else None
    if first is None or whole[-1].until_at < first:
        raise ColdRefused(f"Nothing holds the journal after {whole[-1].until_at:%Y-%m-%d}: a file is not recorded.")


def _filters(question: Question, survivors: Mapping[str, str]) -> list[list[Any] | None]:
    """The arrays $3 to $7 of the hot rows: persons, accounts, organisations, sessions, applications."""
    if isinstance(question, ReadBy):
        return [[UUID(one) for one in aliases.kin(question.person, survivors)], None, None, None, None]
    order = (By.ACCOUNT, By.ORGANISATION, By.SESSION, By.APPLICATION)
    return [None, *(list(question.ids) if question.by is by else None for by in order)]


def paths(folder: Path, files: Sequence[ColdFile], verified: Verified) -> list[str]:
    """Paths of genuine files. Raises ColdRefused, naming the first that is not as it was written."""
    return [verified.path(folder, one) for one in files]
