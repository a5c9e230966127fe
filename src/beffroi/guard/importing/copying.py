"""Rows of ``guard.person`` and ``guard.relation`` in PostgreSQL's binary COPY format.

Format: PostgreSQL documentation, COPY, "Binary Format". Written by hand because the driver's encoder looks at each
value's type, which is half of what an import would cost.
"""

from hashlib import sha256
from struct import Struct, pack
from typing import Final

from beffroi.core.fields import NAMES
from beffroi.guard.authentic import Authenticator, encoded
from beffroi.guard.importing.reading import Prepared
from beffroi.guard.keys import WRAPPED_BYTES, Keys
from beffroi.guard.vault import blind
from beffroi.guard.vault.people import COLUMNS as PERSON_COLUMNS
from beffroi.guard.vault.sealing import seal_person

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
RELATION_COLUMNS: Final = (
    "person", "organisation", "kind", "referent", "since_at", "until_at", "version", "mac",
)  # fmt: skip
_NULL: Final = b"\xff\xff\xff\xff"
_UUID: Final = b"\0\0\0\x10"
_NUMBERS_AND_PERSON: Final = 8 + 8 + 4 + 16
_LAST: Final = _NULL + b"\0\0\0\4\0\0\0\1\0\0\0\x10"
_REMEMBERED: Final = 1 << 16
_POSTGRES_EPOCH: Final = 946_684_800_000_000
_GROUPS: Final = tuple(NAMES)
_KINDS: Final = (blind.NIR, blind.AGENCY_ID, blind.EMAIL, blind.PHONE, blind.NAME, blind.NAME)


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

    def encode(self, person: Prepared) -> bytes:
        """One row, in the order of ``PERSON_COLUMNS``."""
        wrapped, sealed = seal_person(self._keys, person.id, zip(_GROUPS, person.groups, strict=True))
        parts = [self._head, person.id, self._epoch, wrapped]
        for blob in sealed:
            if blob is None:
                parts.append(_NULL)
            else:
                parts += (len(blob).to_bytes(4, "big"), blob)
        for started, value in zip(self._inner, person.indexed, strict=True):
            if value is None:
                parts.append(_NULL)
            else:
                inner, outer = started.copy(), self._outer.copy()
                inner.update(value.encode())
                outer.update(inner.digest())
                parts += (_UUID, outer.digest()[:16])
        parts.append(self._tail)
        return b"".join(parts)


class RelationRows:
    """Encoder of relations, each with its MAC.

    What is the same for all the people of one referent is encoded once, in the row and under the MAC: there the
    authenticated numbers and the person come first, so what follows them can be kept.
    """

    def __init__(self, authenticator: Authenticator) -> None:
        self._stamp = authenticator.stamp_encoded
        self._head = pack(">h", len(RELATION_COLUMNS)) + _UUID
        self._numbers = Struct(">qq").pack
        self._instant = Struct(">q").pack
        sample = encoded("relation", _relation(bytes(16), bytes(16), "", None, 0))
        self._prefix = sample[: -len(_after_person(sample)) - _NUMBERS_AND_PERSON]
        self._kept: dict[tuple[bytes, str, bytes | None], tuple[bytes, bytes]] = {}

    def encode(self, person: bytes, organisation: bytes, kind: str, referent: bytes | None, since: int) -> bytes:
        """One row, version 1, without end; ``since`` in microseconds since 1970."""
        kept = self._kept.get((organisation, kind, referent))
        if kept is None:
            kept = self._keep(organisation, kind, referent)
        authenticated, middle = kept
        mac = self._stamp(self._prefix + self._numbers(since, 1) + _UUID + person + authenticated)
        return b"".join((self._head, person, middle, self._instant(since - _POSTGRES_EPOCH), _LAST, mac))

    def _keep(self, organisation: bytes, kind: str, referent: bytes | None) -> tuple[bytes, bytes]:
        if len(self._kept) >= _REMEMBERED:
            self._kept.clear()
        authenticated = _after_person(encoded("relation", _relation(bytes(16), organisation, kind, referent, 0)))
        name = kind.encode()
        middle = _UUID + organisation + len(name).to_bytes(4, "big") + name
        middle += (_NULL if referent is None else _UUID + referent) + b"\0\0\0\x08"
        self._kept[organisation, kind, referent] = authenticated, middle
        return authenticated, middle


def _relation(
    person: bytes, organisation: bytes, kind: str, referent: bytes | None, since: int
) -> tuple[bytes, bytes, str, bytes | None, int, None, int]:
    """Authenticated values of a relation that an import writes: without end, version 1."""
    return person, organisation, kind, referent, since, None, 1


def _after_person(text: bytes) -> bytes:
    """What follows the person in the encoding of a relation: its table's name, two numbers, then the person."""
    return text[4 + int.from_bytes(text[:4], "big") + _NUMBERS_AND_PERSON :]
