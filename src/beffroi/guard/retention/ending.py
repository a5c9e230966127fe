"""Old months leave PostgreSQL once a file holds them, row for row.

Run as the owner of the guard's schema, by an operator or a timer: the guard's own role cannot take a row away.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
import pyarrow as pa
from pyarrow import parquet

from beffroi.guard import stamped, turnstile
from beffroi.guard.folding import baselines
from beffroi.guard.journal import Entry, append
from beffroi.guard.retention import catalogue
from beffroi.guard.retention.catalogue import ColdFile, ColdRefused
from beffroi.guard.retention.columns import SELECTED, batch, schema
from beffroi.guard.retention.layouts import Layout

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

LEAST_MONTHS: Final = 4
"""Whole months that always stay in PostgreSQL, whatever is asked; the database refuses too."""
_ROWS: Final = 1 << 16
_MONTHS: Final = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'guard.journal'::regclass ORDER BY 1
"""
_OF_MONTH: Final = f"SELECT {SELECTED} FROM guard.journal WHERE at >= $1 AND at < $2 ORDER BY at, entry"


async def retire(
    conn: "asyncpg.Connection",
    keys: "Keys",
    folder: Path,
    hot_months: int,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Take away partitions over for ``hot_months`` whole months; their names (``2025-11``).

    ``conn`` is the owner's. Each month is compared with its file first. Raises ColdRefused when a month has no file,
    or one that differs; asyncpg.LockNotAvailableError when the journal could not be held within five seconds.
    """
    if hot_months < LEAST_MONTHS:
        raise ColdRefused(f"At least {LEAST_MONTHS} months stay in the database.")
    now, done = await stamped.instant(conn), []
    said = await baselines.all_baselines(conn, keys)
    read_from = said[-min(2, len(said))].since if said else None
    oldest = _months_back(now, hot_months)
    for name in await partitions(conn):
        month = datetime.strptime(f"{name}+0000", "%Y-%m%z")
        if month >= oldest:
            break
        file = _file_of(await catalogue.live(conn, keys), month)
        if read_from is not None and file.last_entry >= read_from:
            raise ColdRefused(f"Guards still read facts of rows that {name} holds; they are said again each month.")
        progress(f"{name}: comparing {file.rows} entries")
        await _compare(conn, folder, file)
        async with conn.transaction():
            await turnstile.take(conn)
            await conn.execute(
                "SELECT guard.end_journal_month($1, $2, $3, $4)", month, file.rows, file.first_entry, file.last_entry
            )
            detail = f'{{"file":"{file.name}","month":"{name}","rows":{file.rows}}}'
            await append(conn, [Entry(await stamped.instant(conn), "month-detached", detail=detail)])
        done.append(name)
    return done


async def partitions(conn: "asyncpg.Connection") -> list[str]:
    """Months that PostgreSQL holds, as ``2026-11``, the oldest first."""
    return [row[0].removeprefix("journal_").replace("_", "-") for row in await conn.fetch(_MONTHS)]


def _months_back(now: datetime, months: int) -> datetime:
    """The beginning of the month so many before that of ``now``."""
    number = now.year * 12 + now.month - 1 - months
    return now.replace(year=number // 12, month=number % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def _file_of(files: list[ColdFile], month: datetime) -> ColdFile:
    for file in files:
        if file.layout is Layout.TIME and f"{file.from_at:%Y-%m}" == f"{month:%Y-%m}":
            return file
    raise ColdRefused(f"No file holds the whole month {month:%Y-%m}: export first.")


async def _compare(conn: "asyncpg.Connection", folder: Path, file: ColdFile) -> None:
    """Raises ColdRefused unless file and database hold the same rows in the same order, column by column."""
    cold = _slices(catalogue.Verified().path(folder, file), _ROWS)
    async for hot in _hot(conn, file):
        if next(cold, None) != hot:
            raise ColdRefused(f"{file.name} and the database differ: nothing was taken away.")
    if next(cold, None) is not None:
        raise ColdRefused(f"{file.name} holds entries that the database lacks: nothing was taken away.")


async def _hot(conn: "asyncpg.Connection", file: ColdFile) -> AsyncIterator[pa.Table]:
    month = file.from_at.replace(day=1)
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        cursor = await conn.cursor(_OF_MONTH, month, file.until_at)
        while rows := await cursor.fetch(_ROWS):
            yield pa.Table.from_batches([batch(rows)])


def _slices(path: str, rows: int) -> Iterator[pa.Table]:
    """The rows of a file, so many at a time, whatever its row groups."""
    waiting: list[pa.RecordBatch] = []
    for found in parquet.ParquetFile(path).iter_batches(batch_size=rows):
        waiting.append(found.cast(schema(found.schema.names)))
        while sum(one.num_rows for one in waiting) >= rows:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, rows)
            waiting = table.slice(rows).to_batches()
    if any(one.num_rows for one in waiting):
        yield pa.Table.from_batches(waiting)
