"""POST /v1/open, /v1/release, /v1/releases: one person's file, or the right to use what one already holds of it."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Final
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import NAMES, names
from beffroi.core.ids import CODE, PersonId, PurposeCode
from beffroi.core.policy import BREAK_GLASS, Action
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Ask, Ciphertexts, FreeText, Granted, Outcome
from beffroi.guard.doors.answers import Budget, budget, denial, refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.released import written, written_all
from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault.sealing import SealRefused, open_groups, owner_bytes
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import ORDINARY, Answer, Call, Malformed, Routes, Tell, handler_of, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.doors")
MOST_ITEMS: Final = 500
LONGEST_CODE: Final = 48
_UNDER_WAY: Final[set["asyncio.Future[Answer]"]] = set()
"""Denials being looked up: asyncio itself holds a task only weakly."""


class BreakGlass(bodies.Strict, frozen=True):
    """Why a file nobody here follows must be opened: a reason of the policy's list and a free text."""

    reason: bodies.Code
    text: Annotated[str, Meta(min_length=10, max_length=2000)]


class Unmatched(bodies.Strict, frozen=True):
    """An :class:`Opening` whose texts are still to be matched with their patterns; see :func:`_matched`."""

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


class OpenedPerson(msgspec.Struct, frozen=True):
    """The person and the groups that were released."""

    id: bodies.PersonText
    fields: dict[str, dict[str, object]]


class Opened(msgspec.Struct, frozen=True):
    """Answer of /v1/open. ``withheld`` are the groups asked for and not given; ``version`` serves a later update."""

    entry: int
    person: OpenedPerson
    version: int
    withheld: list[bodies.GroupName]
    explanation: str
    budget: Budget | None
    obligations: list[str]


_OPENING: Final = msgspec.json.Decoder(Opening)
_RELEASING: Final = msgspec.json.Decoder(Releasing)
_UNMATCHED: Final = msgspec.json.Decoder(Unmatched)
_UNMATCHED_ALL: Final = msgspec.json.Decoder(UnmatchedAll)
_OPEN, _RELEASE = Action.OPEN, Action.RELEASE  # looked up once: reading a member from its enumeration costs
Write = Callable[[Call, Unmatched, Granted], Answer]


def open_file(call: Call, tell: Tell) -> None:
    """Decide, journal, then decrypt exactly the groups of the decision."""
    _ask(call, tell, _OPEN, _opened)


def _opened(call: Call, body: Unmatched, outcome: Granted) -> Answer:
    sealed = outcome.sealed
    fields = None if sealed is None else decrypted(call.services.keys, body.person, sealed)
    if sealed is None or fields is None:
        return problems.answer(Code.INTEGRITY, call.headers.get(b"accept-language"))
    reviewed = body.break_glass is not None and outcome.explanation == BREAK_GLASS
    answer = {
        "entry": outcome.entry,
        "person": {"id": body.person, "fields": fields},
        "version": sealed.version,
        "withheld": _withheld(body.groups, outcome.groups),
        "explanation": outcome.explanation,
        "budget": budget(outcome.paid),
        "obligations": ["review"] if reviewed else [],
    }
    return json_answer(answer)


def decrypted(keys: Keys, person: PersonId, sealed: Ciphertexts) -> dict[str, msgspec.Raw] | None:
    """The groups of one decision in clear JSON, ``None`` (and an alert) when a ciphertext is not genuine."""
    try:
        return open_groups(keys, owner_bytes(person), sealed.wrapped_key, sealed.epoch, sealed.groups)
    except (SealRefused, WrappedKeyRefused) as error:
        _LOG.critical("integrity: person %s: %s", person, error)
        return None


def release(call: Call, tell: Tell) -> None:
    """Decide, charge and journal; nothing is returned but the decision."""
    _ask(call, tell, _RELEASE, _released)


def _released(_call: Call, _body: Unmatched, outcome: Granted) -> Answer:
    return Answer(200, ORDINARY, written(outcome))


async def releases(call: Call) -> Answer:
    """The same for many people at once; a refusal of one is no refusal of the others."""
    items, caller = _read_all(call), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    for item in items:
        if item.break_glass is not None:
            raise Malformed("$.items[...].break_glass", "null: a glass is broken for one person at a time")
    if not items:
        return Answer(200, ORDINARY, written_all([]))
    waiting = asyncio.get_running_loop().create_future()
    gathered = Gathered(len(items), waiting)
    put, tell, (application, handle_hash, client_hash) = call.services.worker.put, gathered.tell, caller
    for place, item in enumerate(items):
        request = Request(_RELEASE, application, item.purpose, item.person, _mask(item.groups), None)
        put(Ask(request, handle_hash, client_hash, partial(tell, place)))
    await waiting
    return Answer(200, ORDINARY, written_all(gathered.outcomes))


class Gathered:
    """Outcomes of several requests, complete when the last one is told."""

    __slots__ = ("_left", "_waiting", "outcomes")

    def __init__(self, count: int, waiting: "asyncio.Future[None]") -> None:
        self.outcomes: list[Outcome] = [Fault.UNAVAILABLE] * count
        self._left = count
        self._waiting = waiting

    def at(self, place: int) -> Callable[[Outcome], None]:
        """What the request of this place calls with its outcome."""
        return partial(self.tell, place)

    def tell(self, place: int, outcome: Outcome) -> None:
        """Keep one outcome."""
        self.outcomes[place] = outcome
        self._left -= 1
        if self._left == 0 and not self._waiting.done():
            self._waiting.set_result(None)


@lru_cache(maxsize=1024)
def _mask(groups: tuple[bodies.GroupName, ...]) -> int:
    mask = 0
    for name in groups:
        mask |= int(NAMES[name])
    return mask


@lru_cache(maxsize=1024)
def _withheld(wanted: tuple[bodies.GroupName, ...], granted: int) -> tuple[str, ...]:
    return names(_mask(wanted) & ~granted)


def _matched(item: Unmatched) -> bool:
    """Whether the texts are what :class:`Opening` demands. The same few purposes come again and again."""
    return bodies.is_person(item.person) and len(item.purpose) <= LONGEST_CODE and _is_code(item.purpose)


@lru_cache(maxsize=1024)
def _is_code(text: str) -> bool:
    return CODE.fullmatch(text) is not None


def _said_once(body: bytes, items: int) -> bool:
    """Whether each item names its person and its purpose once: of two the last would count, matched or not.

    Without a backslash, a key cannot be written otherwise.
    """
    return b"\\" not in body and body.count(b'"person"') == items == body.count(b'"purpose"')


def _read(call: Call) -> Unmatched:
    """A body of /v1/open or /v1/release. Raises Malformed; what is wrong is said by the type that knows patterns."""
    try:
        body = bodies.read(call, _UNMATCHED)
        if _matched(body) and _said_once(call.body, 1):
            return body
    except Malformed:
        pass
    return bodies.read(call, _OPENING)


def _read_all(call: Call) -> tuple[Unmatched, ...]:
    """The items of a body of /v1/releases, read as :func:`_read` does."""
    try:
        items = bodies.read(call, _UNMATCHED_ALL).items
        if all(map(_matched, items)) and _said_once(call.body, len(items)):
            return items
    except Malformed:
        pass
    return bodies.read(call, _RELEASING).items


def _ask(call: Call, tell: Tell, action: Action, write: Write) -> None:
    """Put one request to the hot path; a denial is told here, an allow as ``write`` says."""
    body, caller = _read(call), caller_of(call)
    if not isinstance(caller, Caller):
        _deny(call, tell, caller, body)
        return
    application, handle_hash, client_hash = caller
    glass = body.break_glass
    reason = None if glass is None else glass.reason
    request = Request(action, application, body.purpose, body.person, _mask(body.groups), reason)
    ask = Ask(request, handle_hash, client_hash, partial(_done, call, tell, body, write))
    if action is _OPEN:
        ask.sealed = True
    if glass is not None:
        ask.text, ask.detail = _kept(glass)
    call.services.worker.put(ask)


def _done(call: Call, tell: Tell, body: Unmatched, write: Write, outcome: Outcome) -> None:
    try:
        if isinstance(outcome, Granted):
            tell(write(call, body, outcome))
        else:
            _deny(call, tell, outcome, body)
    except Exception as error:
        _LOG.error("an answer could not be written: %s", type(error).__name__)
        tell(problems.answer(Fault.INTERNAL, call.headers.get(b"accept-language")))


def _deny(call: Call, tell: Tell, outcome: Refusal | Fault, body: Unmatched) -> None:
    """Tell a denial; where the person is followed is looked up first for those who found them today."""
    if isinstance(outcome, Refusal) and outcome.code is Code.NOT_FOLLOWED:
        task = asyncio.ensure_future(refused(call, outcome, body.person))
        _UNDER_WAY.add(task)

        def finished(task: "asyncio.Future[Answer]") -> None:
            _UNDER_WAY.discard(task)
            tongue = call.headers.get(b"accept-language")
            failed = task.cancelled() or task.exception() is not None
            tell(problems.answer(outcome.code, tongue) if failed else task.result())

        task.add_done_callback(finished)
        return
    tell(denial(call, outcome))


def _kept(glass: BreakGlass) -> tuple[FreeText, str]:
    """The free text as it will be sealed, salted, and what the journal says of it."""
    salt, reference = secrets.token_hex(16), str(uuid4())
    hashed = hashlib.sha256((salt + glass.text).encode()).hexdigest()
    kept = msgspec.json.encode({"salt": salt, "text": glass.text}).decode()
    detail = msgspec.json.encode({"reason": glass.reason, "sha256": hashed, "text": reference}, order="sorted")
    return FreeText(reference, kept), detail.decode()


ROUTES: Final[Routes] = {
    ("POST", "/v1/open"): handler_of(open_file),
    ("POST", "/v1/release"): handler_of(release),
    ("POST", "/v1/releases"): releases,
}
