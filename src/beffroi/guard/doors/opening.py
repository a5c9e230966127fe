"""POST /v1/open, /v1/release, /v1/releases: one person's file, or the right to use what one already holds of it."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final
from uuid import uuid4

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import NAMES, names
from beffroi.core.ids import PersonId
from beffroi.core.policy import BREAK_GLASS, Action
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Ask, Ciphertexts, FreeText, Granted, Outcome
from beffroi.guard.doors import asked
from beffroi.guard.doors.answers import EXPLAINED, Budget, budget, denial, refused
from beffroi.guard.doors.asked import BreakGlass, Opening
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.released import written, written_all
from beffroi.guard.doors.several import Gathered
from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault.sealing import SealRefused, open_groups, owner_bytes
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import ORDINARY, Answer, Call, Malformed, Routes, Tell, handler_of, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.doors")
_UNDER_WAY: Final[set["asyncio.Future[Answer]"]] = set()
"""Denials being looked up: asyncio itself holds a task only weakly."""


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


_OPEN, _RELEASE = Action.OPEN, Action.RELEASE  # looked up once: reading a member from its enumeration costs
Write = Callable[[Call, Opening, Granted], Answer]


def open_file(call: Call, tell: Tell) -> None:
    """Decide, journal, then decrypt exactly the groups of the decision."""
    _ask(call, tell, _OPEN, _opened)


def _opened(call: Call, body: Opening, outcome: Granted) -> Answer:
    sealed = outcome.sealed
    fields = None if sealed is None else decrypted(call.services.keys, body.person, sealed)
    if sealed is None or fields is None:
        return problems.reply(call, Code.INTEGRITY)
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


def _released(_call: Call, _body: Opening, outcome: Granted) -> Answer:
    return Answer(200, ORDINARY, written(outcome))


async def releases(call: Call) -> Answer:
    """The same for many people at once; a refusal of one is no refusal of the others."""
    items, caller = asked.several(call), caller_of(call)
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


def in_clear(call: Call, person: PersonId, outcome: Outcome) -> dict[str, msgspec.Raw] | str:
    """What a row of several people shows of one: the groups of the decision, or the code of why it comes masked."""
    if not isinstance(outcome, Granted):
        return (outcome.code if isinstance(outcome, Refusal) else outcome).value
    fields = None if outcome.sealed is None else decrypted(call.services.keys, person, outcome.sealed)
    return Code.INTEGRITY.value if fields is None else fields


@lru_cache(maxsize=1024)
def _mask(groups: tuple[bodies.GroupName, ...]) -> int:
    mask = 0
    for name in groups:
        mask |= int(NAMES[name])
    return mask


@lru_cache(maxsize=1024)
def _withheld(wanted: tuple[bodies.GroupName, ...], granted: int) -> tuple[str, ...]:
    return names(_mask(wanted) & ~granted)


def _ask(call: Call, tell: Tell, action: Action, write: Write) -> None:
    """Put one request to the hot path; a denial is told here, an allow as ``write`` says."""
    body, caller = asked.one(call), caller_of(call)
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


def _done(call: Call, tell: Tell, body: Opening, write: Write, outcome: Outcome) -> None:
    try:
        if isinstance(outcome, Granted):
            tell(write(call, body, outcome))
        else:
            _deny(call, tell, outcome, body)
    except Exception as error:
        _LOG.error("an answer could not be written: %s", type(error).__name__)
        tell(problems.reply(call, Fault.INTERNAL))


def _deny(call: Call, tell: Tell, outcome: Refusal | Fault, body: Opening) -> None:
    """Tell a denial; where the person is followed is looked up first for those who found them today."""
    if isinstance(outcome, Refusal) and outcome.code in EXPLAINED:
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
