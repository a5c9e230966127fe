"""Proof files for those who ask at a door: an entry of the journal, or a person's own consultations.

A proof shows its entry: salt and row, so that whoever holds it checks that the leaf is that entry. It says nothing of
any other entry: hashes, and a checkpoint that everybody may have.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from beffroi.core.disclosure import RELEASING
from beffroi.core.journal_encoding import DAY, INSTANT_AT, entry_of, opening, salt
from beffroi.guard.merging import aliases
from beffroi.guard.sealing import day_keys, proving
from beffroi.guard.sealing.leaves import ENCODED, days_of
from beffroi.guard.sealing.proving import Log, NotProven
from beffroi.guard.sealing.store import Folder, StoreRefused
from beffroi.standards.tlog import Malformed, tiles

if TYPE_CHECKING:
    from pathlib import Path

    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
MOST: Final = 50
"""Proofs given at once."""
_ROWS: Final = f"SELECT entry, {ENCODED} AS row FROM guard.journal WHERE entry = ANY ($1::bigint[])"
_OWN: Final = f"{_ROWS} AND person = ANY ($2::uuid[]) AND kind = ANY ($3::text[])"


class Standing(StrEnum):
    """How an entry stands in the log: proven; not sealed yet; its day's key destroyed; or not as it was sealed."""

    PROVEN = "proven"
    WAITING = "waiting"
    FORGOTTEN = "forgotten"
    DEPARTED = "departed"


class Given(NamedTuple):
    """What is given of one entry. ``proof`` is the file (C2SP tlog-proof), there when the entry is proven.

    ``origin`` and ``size`` are those of the newest checkpoint, which is in it; empty where nothing was published.
    """

    standing: Standing
    origin: str = ""
    size: int = 0
    position: int | None = None
    proof: bytes | None = None


async def of_person(
    conn: "asyncpg.Connection", keys: "Keys", store: "Path", person: str, numbers: Sequence[int]
) -> Mapping[int, Given]:
    """Proofs of those of these entries that are openings of this person's file; of any other, nothing at all.

    At most :data:`MOST` numbers: a page of what :class:`beffroi.guard.forensics.questions.ReadBy` answers. Entries
    that PostgreSQL keeps no longer are not among them. Raises StoreRefused, Malformed, WrappedKeyRefused.
    """
    assert len(numbers) <= MOST, "the caller gives pages"
    kin = [UUID(one) for one in await aliases.family(conn, keys, person)]
    return await _given(conn, keys, store, await conn.fetch(_OWN, list(numbers), kin, sorted(RELEASING)))


async def of_entry(conn: "asyncpg.Connection", keys: "Keys", store: "Path", number: int) -> Given | None:
    """The proof of any entry, ``None`` where PostgreSQL has none of this number. Raises as :func:`of_person` does."""
    found = await _given(conn, keys, store, await conn.fetch(_ROWS, [number]))
    return found.get(number)


async def _given(
    conn: "asyncpg.Connection", keys: "Keys", store: "Path", rows: Sequence["asyncpg.Record"]
) -> dict[int, Given]:
    encoded: dict[int, bytes] = {row["entry"]: row["row"] for row in rows}
    if not encoded:
        return {}
    held = await day_keys.held(conn, keys, days_of(encoded.values()))
    return await asyncio.to_thread(_prove, store, encoded, held)


def _prove(store: "Path", encoded: Mapping[int, bytes], held: Mapping[int, bytes]) -> dict[int, Given]:
    try:
        log = proving.log_at(Folder(store))
    except NotProven:
        return dict.fromkeys(encoded, Given(Standing.WAITING))
    last = _last(log)
    return {number: _one(log, last, number, row, held) for number, row in encoded.items()}


def _last(log: Log) -> int:
    """Number of the last entry sealed; 0 where none is. Raises StoreRefused, Malformed."""
    if not log.told.size:
        return 0
    index = (log.told.size - 1) // tiles.WIDTH
    wide = tiles.width(-1, index, log.told.size)
    return entry_of(tiles.entries(log.reader.read(tiles.Tile(-1, index, wide)))[wide - 1])


def _one(log: Log, last: int, number: int, row: bytes, held: Mapping[int, bytes]) -> Given:
    told = log.told.origin, log.told.size
    if number > last:
        return Given(Standing.WAITING, *told)
    key = held.get(int.from_bytes(row[INSTANT_AT], "big", signed=True) // DAY)
    if key is None:
        return Given(Standing.FORGOTTEN, *told)
    try:
        made = proving.prove(log, number, opening(salt(key, number), row))
    except NotProven as error:
        _LOG.critical("integrity: entry %d of the journal is not in the log as it is here: %s", number, error)
        return Given(Standing.DEPARTED, *told)
    return Given(Standing.PROVEN, *told, made.position, made.render())


UNREADABLE: Final = (StoreRefused, Malformed)
"""What is raised where the log itself cannot be read: to be said, and tried again later."""
