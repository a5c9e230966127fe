"""Rows as PostgreSQL sends a record in binary, checked against their MAC and remembered by their bytes.

``record_send`` writes the number of columns, then for each its type, its length (-1: null) and its bytes, all
big-endian. What was found genuine once is a pure function of those bytes, so remembering it caches no fact: the
bytes are read from the database for every batch.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

from beffroi.guard.authentic import TABLES, Authenticator, Kind, Value

Fact = TypeVar("Fact")
Row = Mapping[str, Value]

REMEMBERED: Final = 1 << 15
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FROM_2000: Final = 946_684_800_000_000
"""Microseconds from 1970, where instants count from here, to 2000, where PostgreSQL's do."""


class Forged(Exception):
    """A row's MAC is not genuine. ``table`` says where; the row itself is not to be trusted, nor shown."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


def instant(microseconds: Value) -> datetime:
    """An aware instant from microseconds since 1970; ``infinity`` becomes the last representable one."""
    assert isinstance(microseconds, int)
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if microseconds > 0 else datetime.min.replace(tzinfo=UTC)


def maybe_instant(microseconds: Value) -> datetime | None:
    """The same of a column that may be null."""
    return None if microseconds is None else instant(microseconds)


def uuid_text(raw: bytes) -> str:
    """Canonical text of 16 bytes."""
    digits = raw.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _number(raw: bytes) -> Value:
    return raw != b"\0" if len(raw) == 1 else int.from_bytes(raw, "big", signed=True)


def _instant(raw: bytes) -> Value:
    return int.from_bytes(raw, "big", signed=True) + _FROM_2000


def _elements(raw: bytes) -> list[bytes]:
    """Elements of an array of at most one dimension, none of them null."""
    if raw[:4] == b"\0\0\0\0":
        return []
    found, place = [], 20
    while place < len(raw):
        length = int.from_bytes(raw[place : place + 4], "big")
        found.append(raw[place + 4 : place + 4 + length])
        place += 4 + length
    return found


_READERS: Final[Mapping[Kind, Callable[[bytes], Value]]] = {
    Kind.NUMBER: _number,
    Kind.MAYBE_NUMBER: _number,
    Kind.INSTANT: _instant,
    Kind.MAYBE_INSTANT: _instant,
    Kind.ID: uuid_text,
    Kind.TEXT: bytes.decode,
    Kind.BYTES: bytes,
    Kind.IDS: lambda raw: tuple(uuid_text(one) for one in _elements(raw)),
    Kind.TEXTS: lambda raw: tuple(one.decode() for one in _elements(raw)),
}


class Reader(Generic[Fact]):
    """Reads the rows of one table: checks the MAC, builds the fact, remembers both by the row's bytes."""

    def __init__(self, table: str, authenticator: Authenticator, build: Callable[[Row], Fact]) -> None:
        self._table = table
        self._authenticator = authenticator
        self._build = build
        self._names = tuple(TABLES[table])
        self._readers = tuple(_READERS[kind] for kind in TABLES[table].values())
        self._known: dict[bytes, tuple[Fact, Row]] = {}

    def read(self, record: bytes) -> Fact:
        """The fact of a record. Raises Forged."""
        known = self._known.get(record)
        return known[0] if known is not None else self._learn(record)[0]

    def row(self, record: bytes) -> Row:
        """The authenticated columns of a record by name. Raises Forged."""
        return (self._known.get(record) or self._learn(record))[1]

    def _learn(self, record: bytes) -> tuple[Fact, Row]:
        values, mac = self._values(record)
        if mac is None or not hmac.compare_digest(self._authenticator.stamp(self._table, values), mac):
            raise Forged(self._table)
        row = dict(zip(self._names, values, strict=True))
        known = (self._build(row), row)
        if len(self._known) >= REMEMBERED:
            for old in list(self._known)[: REMEMBERED // 2]:
                del self._known[old]
        self._known[record] = known
        return known

    def _values(self, record: bytes) -> tuple[list[Value], bytes | None]:
        if int.from_bytes(record[:4], "big") != len(self._readers) + 1:
            raise ValueError(f"load_facts.sql does not follow the columns of {self._table}")
        values: list[Value] = []
        place = 4
        for read in (*self._readers, bytes):
            length = int.from_bytes(record[place + 4 : place + 8], "big", signed=True)
            place += 8
            if length < 0:
                values.append(None)
            else:
                values.append(read(record[place : place + length]))
                place += length
        mac = values.pop()
        return values, mac if isinstance(mac, bytes) else None
