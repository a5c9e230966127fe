"""POST /v1/open, /v1/release, /v1/releases: one person's file, or the right to use what one already holds of it."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable
from typing import Annotated, Final, Literal
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import NAMES, names
from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.policy import BREAK_GLASS, Action
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Ask, Ciphertexts, FreeText, Granted, Outcome
from beffroi.guard.doors.answers import Budget, budget, denial, refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault.sealing import SealRefused, open_groups, owner_bytes
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, Tell, handler_of, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.doors")
MOST_ITEMS: Final = 500
_UNDER_WAY: Final[set["asyncio.Future[Answer]"]] = set()
"""Denials being looked up: asyncio itself holds a task only weakly."""


class BreakGlass(bodies.Strict, frozen=True):
    """Why a file nobody here follows must be opened: a reason of the policy's list and a free text."""

    reason: bodies.Code
    text: Annotated[str, Meta(min_length=10, max_length=2000)]


class Opening(bodies.Strict, frozen=True):
    """Body of /v1/open and /v1/release."""

    person: bodies.PersonText
    purpose: bodies.Code
    groups: bodies.GroupNames
    break_glass: BreakGlass | None = None


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


class Released(msgspec.Struct, frozen=True, omit_defaults=True):
    """Answer of /v1/release, and of each item of /v1/releases; ``code`` is ``granted`` or the refusal's."""

    outcome: Literal["allow", "deny"]
    code: str
    groups: tuple[str, ...]
    entry: int | None = None
    span: str | None = None
    status: int | None = None


class ReleasedAll(msgspec.Struct, frozen=True):
    """Answer of /v1/releases, in the order of the items."""

    results: list[Released]


_OPENING: Final = msgspec.json.Decoder(Opening)
_RELEASING: Final = msgspec.json.Decoder(Releasing)


def open_file(call: Call, tell: Tell) -> None:
    """Decide, journal, then decrypt exactly the groups of the decision."""

    def granted(body: Opening, outcome: Granted) -> None:
        sealed = outcome.sealed
        fields = None if sealed is None else decrypted(call.services.keys, PersonId(body.person), sealed)
        if sealed is None or fields is None:
            tell(problems.answer(Code.INTEGRITY, call.headers.get(b"accept-language")))
            return
        withheld = names(_mask(body.groups) & ~outcome.groups)
        reviewed = body.break_glass is not None and outcome.explanation == BREAK_GLASS
        answer = {
            "entry": outcome.entry,
            "person": {"id": body.person, "fields": fields},
            "version": sealed.version,
            "withheld": withheld,
            "explanation": outcome.explanation,
            "budget": budget(outcome.paid),
            "obligations": ["review"] if reviewed else [],
        }
        tell(json_answer(answer))

    _ask(call, tell, Action.OPEN, granted)


def decrypted(keys: Keys, person: PersonId, sealed: Ciphertexts) -> dict[str, msgspec.Raw] | None:
    """The groups of one decision in clear JSON, ``None`` (and an alert) when a ciphertext is not genuine."""
    try:
        return open_groups(keys, owner_bytes(person), sealed.wrapped_key, sealed.epoch, sealed.groups)
    except (SealRefused, WrappedKeyRefused) as error:
        _LOG.critical("integrity: person %s: %s", person, error)
        return None


def release(call: Call, tell: Tell) -> None:
    """Decide, charge and journal; nothing is returned but the decision."""

    def granted(body: Opening, outcome: Granted) -> None:
        tell(json_answer(result(outcome)))

    _ask(call, tell, Action.RELEASE, granted)


async def releases(call: Call) -> Answer:
    """The same for many people at once; a refusal of one is no refusal of the others."""
    body, caller = bodies.read(call, _RELEASING), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    if any(item.break_glass is not None for item in body.items):
        raise Malformed("$.items[...].break_glass", "null: a glass is broken for one person at a time")
    if not body.items:
        return json_answer({"results": []})
    waiting = asyncio.get_running_loop().create_future()
    gathered = Gathered(len(body.items), waiting)
    for place, item in enumerate(body.items):
        request = _request(caller, item, Action.RELEASE)
        call.services.worker.put(Ask(request, caller.handle_hash, caller.client_hash, gathered.at(place)))
    await waiting
    return json_answer({"results": [result(outcome) for outcome in gathered.outcomes]})


class Gathered:
    """Outcomes of several requests, complete when the last one is told."""

    __slots__ = ("_left", "_waiting", "outcomes")

    def __init__(self, count: int, waiting: "asyncio.Future[None]") -> None:
        self.outcomes: list[Outcome] = [Fault.UNAVAILABLE] * count
        self._left = count
        self._waiting = waiting

    def at(self, place: int) -> "Done":
        """What the request of this place calls with its outcome."""
        return Done(self, place)

    def tell(self, place: int, outcome: Outcome) -> None:
        """Keep one outcome."""
        self.outcomes[place] = outcome
        self._left -= 1
        if self._left == 0 and not self._waiting.done():
            self._waiting.set_result(None)


class Done:
    """The ``done`` of one request among several."""

    __slots__ = ("_gathered", "_place")

    def __init__(self, gathered: Gathered, place: int) -> None:
        self._gathered = gathered
        self._place = place

    def __call__(self, outcome: Outcome) -> None:
        self._gathered.tell(self._place, outcome)


def result(outcome: Outcome) -> Released:
    """A decision as /v1/release tells it."""
    if isinstance(outcome, Granted):
        return Released("allow", "granted", names(outcome.groups), outcome.entry)
    if isinstance(outcome, Refusal):
        code = outcome.code.value
        return Released("deny", code, (), None, outcome.span, problems.status_of(code))
    return Released("deny", outcome.value, (), None, None, problems.status_of(outcome.value))


def _mask(groups: tuple[bodies.GroupName, ...]) -> int:
    mask = 0
    for name in groups:
        mask |= int(NAMES[name])
    return mask


def _request(caller: Caller, body: Opening, action: Action) -> Request:
    reason = None if body.break_glass is None else body.break_glass.reason
    person, purpose = PersonId(body.person), PurposeCode(body.purpose)
    return Request(action, caller.application, purpose, person, _mask(body.groups), reason)


def _ask(call: Call, tell: Tell, action: Action, granted: Callable[[Opening, Granted], None]) -> None:
    """Put one request to the hot path; a denial is told here, an allow by ``granted``."""
    body, caller = bodies.read(call, _OPENING), caller_of(call)
    if not isinstance(caller, Caller):
        _deny(call, tell, caller, body)
        return

    def done(outcome: Outcome) -> None:
        try:
            if isinstance(outcome, Granted):
                granted(body, outcome)
            else:
                _deny(call, tell, outcome, body)
        except Exception as error:
            _LOG.error("an answer could not be written: %s", type(error).__name__)
            tell(problems.answer(Fault.INTERNAL, call.headers.get(b"accept-language")))

    text, detail = (None, None) if body.break_glass is None else _kept(body.break_glass)
    ask = Ask(
        _request(caller, body, action), caller.handle_hash, caller.client_hash, done,
        sealed=action is Action.OPEN, detail=detail, text=text,
    )  # fmt: skip
    call.services.worker.put(ask)


def _deny(call: Call, tell: Tell, outcome: Refusal | Fault, body: Opening) -> None:
    """Tell a denial; where the person is followed is looked up first for those who found them today."""
    if isinstance(outcome, Refusal) and outcome.code is Code.NOT_FOLLOWED:
        task = asyncio.ensure_future(refused(call, outcome, PersonId(body.person)))
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
