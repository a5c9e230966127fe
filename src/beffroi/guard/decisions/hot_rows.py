"""The bytes that the MAC of a relation, a reach or a budget covers, for who checks or makes several per decision.

The same bytes as :func:`beffroi.guard.authentic.encoded`, which walks a table's description; here the three layouts
are written out. A test holds one to the other.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from beffroi.guard.authentic import ABSENT, microseconds, prefix

_ID: Final = b"\0\0\0\x10"
_INSTANT: Final = b"\0\0\0\x08"
_RELATION: Final = prefix("relation")
_REACH: Final = prefix("reach")
_BUDGET: Final = prefix("budget")
_TWO: Final = Struct(">2q").pack
_THREE: Final = Struct(">3q").pack
_ELEVEN: Final = Struct(">11q").pack
_SIZE: Final = Struct(">I").pack
_MARKS: Final = tuple(Struct(f">I{count}q").pack for count in range(9))


def person_id(text: str) -> bytes:
    """A UUID of its canonical text, preceded by its length. People are many: not remembered."""
    return _ID + bytes.fromhex(text.replace("-", ""))


sized_id = lru_cache(maxsize=1 << 16)(person_id)
"""The same of an account or an organisation: they come back."""


@lru_cache(maxsize=256)
def _kind(text: str) -> bytes:
    raw = text.encode()
    return _SIZE(len(raw)) + raw


def relation(
    person: bytes, organisation: bytes, kind: str, referent: Any, since_at: datetime, until_at: datetime | None,
    version: int,
) -> bytes:  # fmt: skip
    """``person`` and ``organisation`` as :func:`person_id` gives them, ``referent`` as the driver does."""
    return b"".join((
        _RELATION,
        _TWO(microseconds(since_at), version),
        person,
        organisation,
        _kind(kind),
        ABSENT if referent is None else _ID + referent.bytes,
        ABSENT if until_at is None else _INSTANT + microseconds(until_at).to_bytes(8, "big", signed=True),
    ))  # fmt: skip


def reach(account: bytes, person: bytes, day: int, marks: Sequence[int], found_day: int, version: int) -> bytes:
    """``account`` and ``person`` as :func:`person_id` gives them."""
    count = len(marks)
    pack = _MARKS[count] if count < len(_MARKS) else Struct(f">I{count}q").pack
    return b"".join((_REACH, _THREE(day, found_day, version), account, person, pack(8 * count, *marks)))


def budget(values: Sequence[Any]) -> bytes:
    """The thirteen authenticated columns of a budget, in their order."""
    key, hour, day, recent, *numbers = values
    raw = key.encode()
    return b"".join((_BUDGET, _ELEVEN(hour, day, *numbers), _SIZE(len(raw)), raw, _SIZE(len(recent)), recent))
