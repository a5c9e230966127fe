"""Days that are over and sealed become files; months that are over become three files in place of their days.

Files are written in threads, so that whoever seals in the same process goes on. Every step can be killed: a file is
in its place before its row is written, and a file without a row is written anew. Days follow one another without a
hole; one that nothing was written in has a file too.
"""

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.guard import stamped
from beffroi.guard.decisions.connections import PATIENT
from beffroi.guard.retention import catalogue, merging, recording
from beffroi.guard.retention.catalogue import ColdFile, ColdRefused, covers
from beffroi.guard.retention.columns import SELECTED, batch
from beffroi.guard.retention.layouts import Layout
from beffroi.guard.retention.writing import Written, write
from beffroi.guard.sealing import state

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

DAY: Final = timedelta(days=1)
SETTLED: Final = timedelta(hours=1)
"""How long a day must be over: no transaction begun in it can still be under way (the guard's last seconds)."""
_ROWS: Final = 50_000
_OF_DAY: Final = f"SELECT {SELECTED} FROM guard.journal WHERE at >= $1 AND at < $2 ORDER BY at, entry"
_LAST: Final = "SELECT max(entry) FROM guard.journal WHERE at >= $1 AND at < $2"
_FIRST: Final = "SELECT min(at) FROM guard.journal"
"""Asked once in the life of a journal, for its first day."""
_DURABLE: Final = "SELECT coalesce((SELECT entry FROM guard.journal ORDER BY entry DESC LIMIT 1), 0)"
Progress = Callable[[ColdFile], None]


async def sealed_until(conn: "asyncpg.Connection", keys: "Keys") -> int:
    """The number of the last entry of the published log; of the last durable one where none was ever sealed.

    Raises Forged.
    """
    sealed = await state.load(conn, keys)
    return int(await conn.fetchval(_DURABLE)) if sealed.row is None else sealed.published_entry


class Place(NamedTuple):
    """Where files are: the folder, and for how long a cold one is kept."""

    folder: Path
    kept: timedelta


async def export(
    conn: "asyncpg.Connection",
    keys: "Keys",
    place: Place,
    sealed_until: int,
    *,
    progress: Progress = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Write every file that is due; counts by what was done.

    ``sealed_until`` is the number of the last sealed entry: a day is written only when all its entries are sealed.
    Raises ColdRefused when another export runs on the folder or a file cannot be trusted, OSError, Forged.
    """
    done: Counter[str] = Counter()
    with _alone(place.folder):
        async for file in _days(conn, keys, place.folder, sealed_until, stop):
            progress(file)
            done["days"] += 1
        for month in merging.due(await catalogue.live(conn, keys)):
            if stop():
                return done
            for layout in (Layout.ACCOUNT, Layout.PERSON, Layout.TIME):
                merged = await _merged(conn, keys, place.folder, month, layout)
                if merged is not None:
                    progress(merged)
                    done["months"] += layout is Layout.TIME
        done["ended"] = await _end(conn, keys, place)
        catalogue.write_manifest(place.folder, await catalogue.live(conn, keys))
    return +done


async def _days(
    conn: "asyncpg.Connection", keys: "Keys", folder: Path, sealed_until: int, stop: Callable[[], bool]
) -> AsyncIterator[ColdFile]:
    now = await stamped.instant(conn)
    day = await next_day(conn, keys)
    while day is not None and day + DAY + SETTLED <= now and not stop():
        last = await conn.fetchval(_LAST, day, day + DAY)
        if last is not None and last > sealed_until:
            return
        name = f"{day:%Y-%m-%d}.parquet"
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            await conn.execute(PATIENT)
            rows = conn.cursor(_OF_DAY, day, day + DAY, prefetch=_ROWS)
            batches = [await asyncio.to_thread(batch, part) async for part in _parts(rows)]
        what = await asyncio.to_thread(write, folder / name, Layout.DAY, batches)
        yield await recording.written(conn, keys, name, Layout.DAY, (day, day + DAY), what)
        day += DAY


async def next_day(conn: "asyncpg.Connection", keys: "Keys") -> datetime | None:
    """The first day without a file; none when the journal is empty. Raises Forged, ColdRefused."""
    files = catalogue.whole(await catalogue.live(conn, keys))
    if files:
        return files[-1].until_at
    first: datetime | None = await conn.fetchval(_FIRST)
    return None if first is None else day_of(first)


def day_of(at: datetime) -> datetime:
    """The beginning of the day of an instant, UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def _parts(rows: "AsyncIterator[asyncpg.Record]") -> AsyncIterator[list["asyncpg.Record"]]:
    part: list[asyncpg.Record] = []
    async for row in rows:
        part.append(row)
        if len(part) == _ROWS:
            yield part
            part = []
    if part:
        yield part


async def _merged(
    conn: "asyncpg.Connection", keys: "Keys", folder: Path, month: merging.Month, layout: Layout
) -> ColdFile | None:
    """One file of a month, unless it is there already."""
    if layout in month.there:
        return None
    name = f"{month.from_at:%Y-%m}.{layout.value}.parquet"

    def merge() -> Written:
        verified = catalogue.Verified()
        paths = [verified.path(folder, day) for day in month.days]
        return write(folder / name, layout, merging.batches(paths, layout, folder))

    what = await asyncio.to_thread(merge)
    if layout is Layout.TIME and what.rows != sum(day.rows for day in month.days):
        raise ColdRefused(f"{name} would not hold what its days hold.")
    return await recording.written(conn, keys, name, layout, (month.from_at, month.until_at), what)


async def _end(conn: "asyncpg.Connection", keys: "Keys", place: Place) -> int:
    """Delete the days that a month holds since the last round, and files past their keeping; how many.

    A question under way may still read the days of a month just merged: they stay until the next round.
    """
    now, ended = await stamped.instant(conn), 0
    files = await catalogue.live(conn, keys)
    months = [one for one in files if one.layout is Layout.TIME and one.written_at + SETTLED <= now]
    for file in files:
        merged = file.layout is Layout.DAY and any(covers(month, file) for month in months)
        if not merged and file.until_at + place.kept > now:
            continue
        await recording.ended(conn, keys, file, "merged" if merged else "expired")
        (place.folder / file.name).unlink(missing_ok=True)
        ended += 1
    return ended


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for one export at a time. Raises ColdRefused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ColdRefused(f"Another export is writing into {folder}.") from None
    try:
        yield
    finally:
        os.close(handle)
