"""Proof files: that an entry stands in the log, made from tiles; with the guard's key, also what the entry says.

Leaves name their entry's number, and numbers grow: an entry is found by a search through bundles, a few of which are
read whatever the size of the log.
"""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple

import asyncpg

from beffroi.core.journal_encoding import (
    DAY,
    INSTANT_AT,
    JournalRow,
    Unreadable,
    committed,
    entry_of,
    leaf,
    opened,
    opening,
    salt,
)
from beffroi.guard.keys import Keys
from beffroi.guard.sealing import day_keys
from beffroi.guard.sealing.leaves import ENCODED
from beffroi.guard.sealing.reading import Reader
from beffroi.guard.sealing.verifying import Trust
from beffroi.standards.tlog import Malformed, checkpoint, merkle, note, proof, tiles
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.proof import Proof
from beffroi.standards.tlog.tiles import WIDTH, Tile, Tree

OF_PERSON: Final = f"SELECT entry, {ENCODED} AS row FROM guard.journal WHERE person = $1 ORDER BY entry"


class NotProven(RuntimeError):
    """There is nothing to prove: no such entry in the log, or not sealed yet."""


class Log(NamedTuple):
    """A log under its published checkpoint."""

    reader: Reader
    signed: bytes
    told: Checkpoint

    @property
    def tree(self) -> Tree:
        """Its tree."""
        return Tree(self.told.size, self.reader.read)


def log_at(reader: Reader) -> Log:
    """The log as published; nothing is verified. Raises NotProven, StoreRefused, Malformed."""
    raw = reader.checkpoint()
    if raw is None:
        raise NotProven("Nothing was published yet.")
    return Log(reader, raw, checkpoint.parse(note.parse(raw).text))


def find(log: Log, number: int) -> tuple[int, bytes]:
    """Index and leaf of a journal entry. Raises NotProven, StoreRefused, Malformed."""
    low, high = 0, -(-log.told.size // WIDTH) - 1
    middle = min(max(number // WIDTH, low), high)  # where it is when no number was ever left out
    while low <= high:
        bundle = _bundle(log, middle)
        if number < entry_of(bundle[0]):
            high = middle - 1
        elif number > entry_of(bundle[-1]):
            low = middle + 1
        else:
            for place, entry in enumerate(bundle):
                if entry_of(entry) == number:
                    return middle * WIDTH + place, entry
            break
        middle = (low + high) // 2
    raise NotProven(
        f"The log of {log.told.size} entries has no entry {number}: it was rolled back, or is not sealed yet."
    )


def _bundle(log: Log, index: int) -> list[bytes]:
    wide = tiles.width(-1, index, log.told.size)
    found = tiles.entries(log.reader.read(Tile(-1, index, wide)))[:wide]
    if len(found) != wide or not found:
        raise Malformed(f"{Tile(-1, index, wide).path} does not hold its entries")
    return found


def prove(log: Log, number: int, shown: bytes | None = None) -> Proof:
    """The proof of a journal entry; ``shown`` is what opens its commitment.

    It is verified before it is given. Raises NotProven, StoreRefused, Malformed.
    """
    index, entry = find(log, number)
    if shown is not None and entry != leaf(number, committed(shown)):
        raise NotProven(f"Entry {number} of the journal is not the one that was sealed: the journal was changed.")
    made = Proof(index, tuple(log.tree.inclusion(index)), log.signed, shown)
    if not merkle.includes(merkle.leaf_hash(entry), index, log.told.size, made.hashes, log.told.root):
        raise NotProven("The tiles do not give the checkpoint's root: verify the log.")
    return made


async def shown(conn: asyncpg.Connection, keys: Keys, number: int) -> bytes:
    """What opens the commitment of a journal entry. Raises NotProven, DayForgotten, WrappedKeyRefused."""
    encoded = await conn.fetchval(f"SELECT {ENCODED} FROM guard.journal WHERE entry = $1", number)
    if encoded is None:
        raise NotProven(f"The journal here has no entry {number}.")
    return await _opening(conn, keys, number, encoded)


async def of_person(conn: asyncpg.Connection, keys: Keys, log: Log, person: str) -> AsyncIterator[Proof]:
    """A proof of each sealed entry about a person, oldest first. Raises what :func:`prove` and :func:`shown` do."""
    for row in await conn.fetch(OF_PERSON, person):
        opening_bytes = await _opening(conn, keys, row["entry"], row["row"])
        try:
            made = prove(log, row["entry"], opening_bytes)
        except NotProven:
            if row["entry"] <= entry_of(_bundle(log, (log.told.size - 1) // WIDTH)[-1]):
                raise
            return  # written since the checkpoint
        yield made


async def _opening(conn: asyncpg.Connection, keys: Keys, number: int, encoded: bytes) -> bytes:
    day = int.from_bytes(encoded[INSTANT_AT], "big", signed=True) // DAY
    held = await day_keys.held(conn, keys, [day])
    if day not in held:
        raise day_keys.DayForgotten("The key of that day was destroyed: its entries can be proven, not read.")
    return opening(salt(held[day], number), encoded)


class Proven(NamedTuple):
    """What a proof shows: the checkpoint it stands under, its entry's number, and its row where it is shown."""

    told: Checkpoint
    row: JournalRow


def read(raw: bytes, trust: Trust) -> Proven | str:
    """What a proof file shows, or why it shows nothing. Asks nobody. Raises Malformed."""
    made = proof.parse(raw)
    if made.extra is None:
        return "it does not say what its entry holds"
    try:
        row = opened(made.extra)
    except Unreadable as error:
        return f"what it shows is no journal entry ({error})"
    keys = [note.Ed25519Verifier(key) for key in trust.log]
    told = proof.verified(made, leaf(row.entry, committed(made.extra)), keys, trust.witnesses, trust.quorum)
    return "the entry it shows is not in a log signed by the keys given" if told is None else Proven(told, row)
