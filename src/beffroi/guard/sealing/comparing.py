"""The journal's rows against the log: each row changed, removed or slipped in behind the guard is named.

Needs the database and the guard's key. The log itself is verified apart, from its files alone; here it is believed.
"""

from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

import asyncpg

from beffroi.core.journal_encoding import entry_of, number_of
from beffroi.guard.keys import Keys
from beffroi.guard.sealing import day_keys
from beffroi.guard.sealing.leaves import ROWS, days_of, leaves
from beffroi.guard.sealing.proving import Log
from beffroi.standards.tlog import Malformed, tiles
from beffroi.standards.tlog.tiles import of_tree

_MOST: Final = 1 << 14
NAMED: Final = 1000
"""Entries that are named of each sort; more are counted."""


class Compared(NamedTuple):
    """Entries that agree; numbers of those whose row is not the one sealed, is gone, or was never sealed.

    ``before`` entries are older than the first row here (retention), ``forgotten`` ones are of days without a key.
    """

    same: int
    changed: list[int]
    missing: list[int]
    unsealed: list[int]
    before: int
    forgotten: int

    @property
    def agrees(self) -> bool:
        """Whether nothing was changed."""
        return not (self.changed or self.missing or self.unsealed)


async def compare(
    conn: asyncpg.Connection, keys: Keys, log: Log, progress: Callable[[int], None] = lambda done: None
) -> Compared:
    """Go through the log and the journal side by side. Raises StoreRefused, Malformed, WrappedKeyRefused."""
    same = before = forgotten = 0
    changed: list[int] = []
    missing: list[int] = []
    unsealed: list[int] = []
    rows = _rows(conn, keys)
    row = await anext(rows, None)
    first = None if row is None else row[0]
    for bundle in of_tree(-1, log.told.size):
        entries = tiles.entries(log.reader.read(bundle))[: bundle.width]
        if len(entries) != bundle.width:
            raise Malformed(f"{bundle.path} does not hold its entries")
        for entry in entries:
            number = entry_of(entry)
            while row is not None and row[0] < number:
                _note(unsealed, row[0])
                row = await anext(rows, None)
            if row is None or row[0] > number:
                if first is not None and number < first:
                    before += 1
                else:
                    _note(missing, number)
                continue
            if row[1] is None:
                forgotten += 1
            elif row[1] == entry:
                same += 1
            else:
                _note(changed, number)
            row = await anext(rows, None)
        progress(bundle.number * tiles.WIDTH + bundle.width)
    return Compared(same, changed, missing, unsealed, before, forgotten)


def _note(found: list[int], number: int) -> None:
    if len(found) < NAMED:
        found.append(number)


async def _rows(conn: asyncpg.Connection, keys: Keys) -> AsyncIterator[tuple[int, bytes | None]]:
    """Each row's number and leaf; no leaf where its day was forgotten."""
    last = 0
    while batch := [row[0] for row in await conn.fetch(ROWS, last, _MOST)]:
        held = await day_keys.held(conn, keys, days_of(batch))
        if days_of(batch) <= held.keys():
            for row, leaf in zip(batch, leaves(batch, held).entries, strict=True):
                yield number_of(row), leaf
        else:
            for row in batch:
                known = days_of([row]) <= held.keys()
                yield number_of(row), leaves([row], held).entries[0] if known else None
        last = number_of(batch[-1])
