"""Journal rows to leaves, many at a time; the law is :mod:`beffroi.core.journal_encoding`, this its fast form.

PostgreSQL gives each row already encoded, so that a row costs three hashes here and no Python object but its bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Final, NamedTuple

from beffroi.core.journal_encoding import (
    COLUMNS,
    DAY,
    ENTRY_AT,
    INSTANT_AT,
    PREFIX,
    SALT_BYTES,
    SALT_USE,
)
from beffroi.guard.sealing.day_keys import DayForgotten
from beffroi.standards.tlog.merkle import LEAF

ENCODED: Final = f"record_send(ROW({', '.join(COLUMNS)}))"
"""A journal row's encoding, in SQL."""
ROWS: Final = f"SELECT {ENCODED} FROM guard.journal WHERE entry > $1 ORDER BY entry LIMIT $2"
"""Rows behind an entry's number, encoded, in the order in which they were committed (docs/decisions/0027)."""


class Leaves(NamedTuple):
    """Leaves in order, and the hash of each."""

    entries: list[bytes]
    hashes: list[bytes]


def days_of(rows: Iterable[bytes]) -> set[int]:
    """The days of encoded rows, from 2000-01-01."""
    return {int.from_bytes(at, "big", signed=True) // DAY for at in {row[INSTANT_AT] for row in rows}}


def leaves(rows: Sequence[bytes], day_keys: Mapping[int, bytes]) -> Leaves:
    """The leaf of each encoded row. Raises DayForgotten where the key of a day is missing."""
    entries: list[bytes] = []
    hashes: list[bytes] = []
    keep, keep_hash, digest = entries.append, hashes.append, sha256
    begin = end = b""
    salted = blake2b()
    for row in rows:
        at = row[INSTANT_AT]
        if not begin <= at < end:
            begin, end, salted = _day(at, day_keys)
        number = row[ENTRY_AT]
        salt = salted.copy()
        salt.update(number)
        leaf = number + digest(PREFIX + salt.digest() + row).digest()
        keep(leaf)
        keep_hash(digest(LEAF + leaf).digest())
    return Leaves(entries, hashes)


def _day(at: bytes, day_keys: Mapping[int, bytes]) -> tuple[bytes, bytes, "blake2b"]:
    """First instant of a day and of the next, as they are encoded, and its hash ready to salt."""
    day = int.from_bytes(at, "big", signed=True) // DAY
    key = day_keys.get(day)
    if key is None:
        raise DayForgotten(f"day {day} has no key")
    if day < 0:  # the encoding of earlier instants does not sort
        return at, at + b"\0", blake2b(digest_size=SALT_BYTES, key=key, person=SALT_USE)
    bounds = (day * DAY).to_bytes(8, "big"), ((day + 1) * DAY).to_bytes(8, "big")
    return (*bounds, blake2b(digest_size=SALT_BYTES, key=key, person=SALT_USE))
