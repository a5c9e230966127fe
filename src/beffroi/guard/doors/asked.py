"""Bodies of /v1/open, /v1/release and /v1/releases: their types, and shorter ways of reading what these would accept.

Matching two patterns costs more than everything else about a body. So of one person's body, what follows the person
is read once and found again by its bytes; of many people's, patterns are replaced by what is equal to them. Whatever
these ways do not take is read by the types themselves, which also say what is wrong; a differential test holds both
to the same answers.
"""

from functools import lru_cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from beffroi.core.ids import CODE, PersonId, PurposeCode
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Call, Malformed

MOST_ITEMS: Final = 500
LONGEST_CODE: Final = 48
LONGEST_REST: Final = 256
REMEMBERED: Final = 256


class BreakGlass(bodies.Strict, frozen=True):
    """Why a file nobody here follows must be opened: a reason of the policy's list and a free text."""

    reason: bodies.Code
    text: Annotated[str, Meta(min_length=10, max_length=2000)]


class Unmatched(bodies.Strict, frozen=True):
    """An :class:`Opening` whose texts are still to be matched with their patterns."""

    person: PersonId
    purpose: PurposeCode
    groups: bodies.GroupNames
    break_glass: BreakGlass | None = None


class Opening(Unmatched, frozen=True):
    """Body of /v1/open and /v1/release."""

    person: Annotated[PersonId, bodies.PERSON]
    purpose: Annotated[PurposeCode, bodies.CODE]


class UnmatchedAll(bodies.Strict, frozen=True):
    """A :class:`Releasing` whose texts are still to be matched with their patterns."""

    items: Annotated[tuple[Unmatched, ...], Meta(max_length=MOST_ITEMS)]


class Releasing(bodies.Strict, frozen=True):
    """Body of /v1/releases: up to 500 requests decided in one batch, in their order."""

    items: Annotated[tuple[Opening, ...], Meta(max_length=MOST_ITEMS)]


_OPENING: Final = msgspec.json.Decoder(Opening)
_RELEASING: Final = msgspec.json.Decoder(Releasing)
_UNMATCHED_ALL: Final = msgspec.json.Decoder(UnmatchedAll)
_BEGIN: Final = b'{"person":"'
_FROM, _TO = len(_BEGIN), len(_BEGIN) + 36
_rests: Final[dict[bytes, Opening]] = {}
"""What followed the 36 characters of a person, and one body it ended. Their form leaves no doubt where they end."""


def one(call: Call) -> Opening:
    """The body of /v1/open or /v1/release. Raises Malformed."""
    body = call.body
    known = _rests.get(body[_TO:])
    if known is not None and body[:_FROM] == _BEGIN and call.headers.get(b"content-type") == b"application/json":
        person = body[_FROM:_TO]
        if bodies.is_person(person):
            return Opening(PersonId(person.decode()), known.purpose, known.groups)
    read = bodies.read(call, _OPENING)
    if body[:_TO] == _BEGIN + read.person.encode() and read.break_glass is None:
        _learn(body[_TO:], read)
    return read


def _learn(rest: bytes, read: Opening) -> None:
    """Remember what follows a person, if it names no other: without a backslash, that key has one spelling."""
    if len(rest) <= LONGEST_REST and b"\\" not in rest and b'"person"' not in rest:
        if len(_rests) >= REMEMBERED:
            _rests.clear()
        _rests[rest] = read


def several(call: Call) -> tuple[Unmatched, ...]:
    """The items of the body of /v1/releases. Raises Malformed."""
    try:
        items = bodies.read(call, _UNMATCHED_ALL).items
        if all(map(_matched, items)) and _said_once(call.body, len(items)):
            return items
    except Malformed:
        pass
    return bodies.read(call, _RELEASING).items


def _matched(item: Unmatched) -> bool:
    """Whether the texts are what :class:`Opening` demands. The same few purposes come again and again."""
    purpose = item.purpose
    return bodies.is_person(item.person.encode()) and len(purpose) <= LONGEST_CODE and _is_code(purpose)


@lru_cache(maxsize=1024)
def _is_code(text: str) -> bool:
    return CODE.fullmatch(text) is not None


def _said_once(body: bytes, items: int) -> bool:
    """Whether each item names its person and its purpose once: of two the last would count, matched or not."""
    return b"\\" not in body and body.count(b'"person"') == items == body.count(b'"purpose"')
