"""Rows of ``guard.person`` and ``guard.relation`` in PostgreSQL's binary COPY format.

Format: PostgreSQL documentation, COPY, "Binary Format". Written by hand because the driver's encoder looks at each
value's type, which is half of what an import would cost.
"""

from hashlib import sha256
from struct import pack
from typing import Final

from beffroi.core.fields import NAMES
from beffroi.guard.authentic import Authenticator
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
_POSTGRES_EPOCH: Final = 946_684_800_000_000
_GROUPS: Final = tuple(NAMES)
_KINDS: Final = (blind.NIR, blind.AGENCY_ID, blind.EMAIL, blind.PHONE, blind.NAME)


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
    """Encoder of relations, each with its MAC."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._stamp = authenticator.stamp
        self._head = pack(">h", len(RELATION_COLUMNS)) + _UUID

    def encode(self, person: bytes, organisation: bytes, kind: str, referent: bytes | None, since: int) -> bytes:
        """One row, version 1, without end; ``since`` in microseconds since 1970."""
        mac = self._stamp("relation", (person, organisation, kind, referent, since, None, 1))
        name = kind.encode()
        return b"".join(
            (
                self._head, person, _UUID, organisation, len(name).to_bytes(4, "big"), name,
                _NULL if referent is None else _UUID + referent,
                pack(">iq", 8, since - _POSTGRES_EPOCH), _NULL, b"\0\0\0\4\0\0\0\1\0\0\0\x10", mac,
            )
        )  # fmt: skip
