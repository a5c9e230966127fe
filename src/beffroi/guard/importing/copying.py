"""Rows of ``guard.person`` and ``guard.relation`` in PostgreSQL's binary COPY format.

Format: PostgreSQL documentation, COPY, "Binary Format". Written by hand because the driver's encoder looks at each
value's type, which is half of what an import would cost.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from struct import Struct, pack
from typing import Final, NamedTuple

from beffroi.core.fields import RECORDED
from beffroi.guard.authentic import Authenticator, encoded
from beffroi.guard.importing.reading import People
from beffroi.guard.keys import WRAPPED_BYTES, Keys
from beffroi.guard.vault import blind
from beffroi.guard.vault.people import COLUMNS as PERSON_COLUMNS
from beffroi.guard.vault.sealing import seal_people

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
RELATION_COLUMNS: Final = (
    "person", "organisation", "kind", "referent", "since_at", "until_at", "version", "mac",
)  # fmt: skip
_NULL: Final = b"\xff\xff\xff\xff"
_UUID: Final = b"\0\0\0\x10"
_NUMBERS_AND_PERSON: Final = 8 + 8 + 4 + 16
_LAST: Final = _NULL + b"\0\0\0\4\0\0\0\1\0\0\0\x10"
_POSTGRES_EPOCH: Final = 946_684_800_000_000
_GROUPS: Final = tuple(RECORDED)
_KINDS: Final = (blind.NIR, blind.AGENCY_ID, blind.EMAIL, blind.PHONE, blind.NAME, blind.NAME)


class _Sizes(dict[int, bytes]):
    """What precedes a field of each size, null for none. A value has some tens of thousands of bytes at most."""

    def __missing__(self, size: int) -> bytes:
        self[size] = found = size.to_bytes(4, "big")
        return found


_SIZES: Final = _Sizes({0: _NULL})


class PersonRows:
    """Encoder of people: seals the groups, computes the blind indexes, writes the row.

    ``at`` is the instant of creation, in microseconds since 1970.
    """

    def __init__(self, keys: Keys, at: int) -> None:
        self._keys = keys
        instant = pack(">iq", 8, at - _POSTGRES_EPOCH)
        self._head = pack(">h", len(PERSON_COLUMNS)) + _UUID
        self._epoch = pack(">iii", 4, keys.epoch, WRAPPED_BYTES)
        self._tail = instant + instant + pack(">ii", 4, 1)
        # HMAC-SHA256 (RFC 2104) with the key's two blocks absorbed once.
        block = keys.blind + bytes(32)
        outer = sha256(bytes(byte ^ 0x5C for byte in block))
        inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer, self._inner = outer, []
        for kind in _KINDS:
            started = inner.copy()
            started.update(kind)
            self._inner.append(started)

    def encode(self, people: People) -> list[bytes]:
        """One row a person, each in the order of ``PERSON_COLUMNS``."""
        wrapped, sealed = seal_people(self._keys, people.ids, zip(_GROUPS, people.groups, strict=True))
        count = len(people.ids)
        columns: list[Sequence[bytes]] = [[self._head] * count, people.ids, [self._epoch] * count, wrapped]
        for blobs in sealed:
            columns += [list(map(_SIZES.__getitem__, map(len, blobs))), blobs]
        columns += [self._indexes(place, values) for place, values in enumerate(people.indexed)]
        columns.append([self._tail] * count)
        return list(map(b"".join, zip(*columns, strict=True)))

    def _indexes(self, place: int, values: Iterable[str]) -> list[bytes]:
        """Fields of one blind index, one of ``_KINDS``; null for an empty text."""
        started, outer = self._inner[place].copy, self._outer.copy
        fields = []
        for value in values:
            if value:
                first, second = started(), outer()
                first.update(value.encode())
                second.update(first.digest())
                fields.append(_UUID + second.digest()[:16])
            else:
                fields.append(_NULL)
        return fields


class RelationLink(NamedTuple):
    """What the relations of one organisation, kind and referent share: under the MAC, and in the row."""

    authenticated: bytes
    middle: bytes


class RelationRows:
    """Encoder of relations, each with its MAC.

    What is the same for all the people of one referent is encoded once, in the row and under the MAC: there the
    authenticated numbers and the person come first, so what follows them can be kept (:func:`relation_link`).
    """

    def __init__(self, authenticator: Authenticator) -> None:
        self._stamp = authenticator.stamp_encoded
        self._head = pack(">h", len(RELATION_COLUMNS)) + _UUID
        self._numbers = Struct(">qq").pack
        self._instant = Struct(">q").pack
        sample = encoded("relation", _relation(bytes(16), bytes(16), "", None, 0))
        self._prefix = sample[: -len(_after_person(sample)) - _NUMBERS_AND_PERSON]

    def encode(self, person: bytes, link: RelationLink, since: int) -> bytes:
        """One row, version 1, without end; ``since`` in microseconds since 1970."""
        mac = self._stamp(self._prefix + self._numbers(since, 1) + _UUID + person + link.authenticated)
        return b"".join((self._head, person, link.middle, self._instant(since - _POSTGRES_EPOCH), _LAST, mac))


def relation_link(organisation: bytes, kind: str, referent: bytes | None) -> RelationLink:
    """What to give :meth:`RelationRows.encode` for all the people of one referent; worth keeping."""
    name = kind.encode()
    middle = _UUID + organisation + len(name).to_bytes(4, "big") + name
    middle += (_NULL if referent is None else _UUID + referent) + b"\0\0\0\x08"
    return RelationLink(
        _after_person(encoded("relation", _relation(bytes(16), organisation, kind, referent, 0))), middle
    )


def _relation(
    person: bytes, organisation: bytes, kind: str, referent: bytes | None, since: int
) -> tuple[bytes, bytes, str, bytes | None, int, None, int]:
    """Authenticated values of a relation that an import writes: without end, version 1."""
    return person, organisation, kind, referent, since, None, 1


def _after_person(text: bytes) -> bytes:
    """What follows the person in the encoding of a relation: its table's name, two numbers, then the person."""
    return text[4 + int.from_bytes(text[:4], "big") + _NUMBERS_AND_PERSON :]
