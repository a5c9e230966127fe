"""A journal row as bytes, its salted commitment, and the leaf of the tree: docs/reference/journal-format.md.

The encoding is the one PostgreSQL gives a record in binary (``record_send``): four bytes of how many columns, then of
each its type's number and its length in four bytes (all ones: null) and its value. So the same bytes come from the
row, from an export of its columns, and from here. Every number is big-endian.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import blake2b, sha256
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID


class Type(IntEnum):
    """PostgreSQL's number of each type in the journal (pg_type.oid, the same in every version)."""

    BIGINT = 20
    INTEGER = 23
    TEXT = 25
    TIMESTAMPTZ = 1184
    UUID = 2950


class JournalRow(NamedTuple):
    """One row of ``guard.journal``, its number first; columns in the order of their encoding."""

    entry: int
    at: datetime
    kind: str
    person: UUID | None
    groups: int
    account: UUID | None
    session: UUID | None
    organisation: UUID | None
    application: str | None
    role: str | None
    purpose: str | None
    explanation: str | None
    policy: str | None
    detail: str | None


COLUMNS: Final[Mapping[str, Type]] = MappingProxyType(
    {
        "entry": Type.BIGINT, "at": Type.TIMESTAMPTZ, "kind": Type.TEXT, "person": Type.UUID, "groups": Type.INTEGER,
        "account": Type.UUID, "session": Type.UUID, "organisation": Type.UUID, "application": Type.TEXT,
        "role": Type.TEXT, "purpose": Type.TEXT, "explanation": Type.TEXT, "policy": Type.TEXT, "detail": Type.TEXT,
    }
)  # fmt: skip
"""Columns of version 1 of the encoding. A column added to the journal later begins another version."""

SALT_BYTES: Final = 16
COMMITMENT_BYTES: Final = 32
LEAF_BYTES: Final = 8 + COMMITMENT_BYTES
PREFIX: Final = b"beffroi/entry/1\n"
"""What a commitment of version 1 begins with."""
SALT_USE: Final = b"beffroi/salt/1"
ENTRY_AT: Final = slice(12, 20)
"""Where the entry's number stands in the encoding."""
INSTANT_AT: Final = slice(28, 36)
"""Where its instant stands: microseconds since 2000-01-01 UTC."""
DAY: Final = 86_400_000_000
"""Microseconds of a day."""
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NULL: Final = b"\xff\xff\xff\xff"

Value = int | datetime | str | UUID | None


class Unreadable(ValueError):
    """Bytes that encode no journal row of version 1."""


def canonical(row: JournalRow) -> bytes:
    """The row's encoding. Raises OverflowError for a number too large for its column: no such row exists."""
    parts = [len(COLUMNS).to_bytes(4, "big")]
    for value, kind in zip(row, COLUMNS.values(), strict=True):
        encoded = None if value is None else _encoded(value, kind)
        parts.append(kind.to_bytes(4, "big"))
        parts.append(_NULL if encoded is None else len(encoded).to_bytes(4, "big") + encoded)
    return b"".join(parts)


def _encoded(value: Value, kind: Type) -> bytes:
    match value:
        case datetime():
            return instant_bytes(value)
        case UUID():
            return value.bytes
        case str():
            return value.encode()
        case int():
            return value.to_bytes(8 if kind is Type.BIGINT else 4, "big", signed=True)
        case None:
            return b""


def instant_bytes(at: datetime) -> bytes:
    """An instant as it is encoded."""
    return ((at - _EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)


def decoded(encoded: bytes) -> JournalRow:
    """The row of an encoding. Raises Unreadable."""
    if encoded[:4] != len(COLUMNS).to_bytes(4, "big"):
        raise Unreadable("another number of columns")
    at = 4
    found: list[bytes | None] = []
    for kind in COLUMNS.values():
        head = encoded[at : at + 8]
        if len(head) != 8 or head[:4] != kind.to_bytes(4, "big"):
            raise Unreadable("another type")
        at += 8
        if head[4:] == _NULL:
            found.append(None)
            continue
        end = at + int.from_bytes(head[4:], "big")
        if end > len(encoded):
            raise Unreadable("cut short")
        found.append(encoded[at:end])
        at = end
    if at != len(encoded):
        raise Unreadable("bytes are left")
    entry, instant, kind_, person, groups, account, session, organisation, *texts = found
    application, role, purpose, explanation, policy, detail = map(_text, texts)
    try:
        return JournalRow(
            _number(entry, 8), _EPOCH + timedelta(microseconds=_number(instant, 8)), _text(kind_) or "", _id(person),
            _number(groups, 4), _id(account), _id(session), _id(organisation), application, role, purpose,
            explanation, policy, detail,
        )  # fmt: skip
    except OverflowError:
        raise Unreadable("an instant outside the calendar") from None


def _number(value: bytes | None, size: int) -> int:
    if value is None or len(value) != size:
        raise Unreadable("a number of another size")
    return int.from_bytes(value, "big", signed=True)


def _id(value: bytes | None) -> UUID | None:
    if value is not None and len(value) != 16:
        raise Unreadable("an id of another size")
    return None if value is None else UUID(bytes=value)


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        raise Unreadable("a text that is not UTF-8") from None


def salt(day_key: bytes, entry: int) -> bytes:
    """The salt of an entry, from the key of its day (32 bytes): whoever lacks both cannot test a guess of the row."""
    return blake2b(entry.to_bytes(8, "big"), digest_size=SALT_BYTES, key=day_key, person=SALT_USE).digest()


def commitment(salted: bytes, encoded: bytes) -> bytes:
    """The commitment to an encoded row under its salt."""
    return committed(opening(salted, encoded))


def committed(opening_bytes: bytes) -> bytes:
    """The commitment that an opening opens."""
    return sha256(opening_bytes).digest()


def leaf(entry: int, committed: bytes) -> bytes:
    """What enters the tree: the entry's number, then its commitment. Tells nothing else."""
    return entry.to_bytes(8, "big") + committed


def leaf_of(row: JournalRow, day_key: bytes) -> bytes:
    """The leaf of a row under the key of its day."""
    return leaf(row.entry, commitment(salt(day_key, row.entry), canonical(row)))


def entry_of(leaf_bytes: bytes) -> int:
    """The entry's number that a leaf names. Raises Unreadable."""
    if len(leaf_bytes) != LEAF_BYTES:
        raise Unreadable("a leaf has 40 bytes")
    return int.from_bytes(leaf_bytes[:8], "big")


def number_of(encoded: bytes) -> int:
    """The entry's number in a row's encoding."""
    return int.from_bytes(encoded[ENTRY_AT], "big")


def opening(salted: bytes, encoded: bytes) -> bytes:
    """What shows the row behind a commitment, which is its SHA-256: the prefix, the salt, the encoded row."""
    return PREFIX + salted + encoded


def opened(opening_bytes: bytes) -> JournalRow:
    """The row that an opening shows. Raises Unreadable."""
    if not opening_bytes.startswith(PREFIX):
        raise Unreadable("another version")
    return decoded(opening_bytes[len(PREFIX) + SALT_BYTES :])


def day_of(at: datetime) -> int:
    """The day whose key salts a row: UTC, counted from 2000-01-01."""
    return (at - _EPOCH) // timedelta(days=1)
