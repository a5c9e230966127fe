"""POST /v1/attachments/list, add, open and remove: what documents a file holds, each decided and journaled.

Seeing what is there and opening one are releases of the group ``attachments``, journaled and charged as every opening
is; adding and removing are changes of the file. Each is whole or nothing: the decision, its charge, the row and the
journal's entry commit together, and what was opened is deciphered only then (I-01).

Decided on, charged and journaled is the person whose file it is now; what lies under the id of a file that went into
it is found from there, and from no other id (:mod:`beffroi.guard.attachments.keeping`).
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta

from beffroi.core.attachment_kinds import LARGEST_ATTACHMENT, AttachmentKind
from beffroi.core.attachments import GROUP, Obstacle, law_of
from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.ids import EntryNumber, PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.core.restricting import destroying
from beffroi.guard import journal
from beffroi.guard.answers import attachments as answers
from beffroi.guard.attachments import keeping
from beffroi.guard.attachments.keeping import Kept
from beffroi.guard.attachments.scanning import scanned
from beffroi.guard.decisions.asks import Granted, Law, Manner, Outcome
from beffroi.guard.doors.answers import refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.journal import Entry
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.signin.integrity import report
from beffroi.guard.stamped import Forged
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer, up_to
from beffroi.standards import documents

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.attachments")
BODY_LIMIT: Final = LARGEST_ATTACHMENT * 4 // 3 + 64 * 1024
"""Bytes: the largest content in base64, and what stands around it."""
_AT_ONCE: Final = 2
"""Contents examined at the same time: a document is judged in Python, and decisions wait for the interpreter."""


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/attachments/list."""

    person: bodies.PersonText
    purpose: bodies.Code


class Adding(bodies.Strict, frozen=True):
    """Body of /v1/attachments/add. ``id`` is drawn by the caller: sent twice, kept once. ``content`` is base64."""

    person: bodies.PersonText
    purpose: bodies.Code
    id: bodies.PersonText
    kind: AttachmentKind
    content: Annotated[bytes, Meta(max_length=BODY_LIMIT)]


class One(bodies.Strict, frozen=True):
    """Body of /v1/attachments/open and /v1/attachments/remove."""

    person: bodies.PersonText
    purpose: bodies.Code
    id: bodies.PersonText


_LISTING: Final = msgspec.json.Decoder(Listing)
_ADDING: Final = msgspec.json.Decoder(Adding)
_ONE: Final = msgspec.json.Decoder(One)


class Touched(NamedTuple):
    """The attachment that a command did something with: its kind, and the file it was added to."""

    kind: str
    file: PersonId


Write = Callable[["asyncpg.Connection", Granted, datetime], Awaitable[Touched | Obstacle]]
"""What an allowed command does in its transaction: with which attachment, or what hinders it. May raise Forged."""


def _request(caller: Caller, action: Action, body: Listing | Adding | One) -> Request:
    return Request(action, caller.application, PurposeCode(body.purpose), PersonId(body.person), GROUP, None)


def _said(**said: str) -> str:
    return json.dumps(said, separators=(",", ":"), sort_keys=True)


async def listing(call: Call) -> Answer:
    """What is there: kinds, types, sizes, dates. That alone says something of the person: it is an opening."""
    body, caller = bodies.read(call, _LISTING), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    services, person, request = call.services, PersonId(body.person), _request(caller, Action.OPEN, body)
    outcome = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, detail=_said(attachments="listed"), law=law_of(None)
    )
    if not isinstance(outcome, Granted):
        return await refused(call, outcome, person)
    try:
        async with services.pool.acquire() as conn:
            found = await keeping.listed(conn, services.keys, person)
    except Forged as error:
        await report(call, error)
        return problems.reply(call, Code.INTEGRITY)
    rows = tuple(
        answers.Attachment(
            str(row["id"]), row["kind"], row["media"], row["size"], row["scanned"], row["added_at"],
            str(row["added_by"]),
        )
        for row in found
    )  # fmt: skip
    rules = services.policy.attachments
    return json_answer(
        answers.Attachments(
            outcome.entry or 0, rows, rules.largest, rules.most, services.settings.scanner is not None
        )
    )


async def add(call: Call) -> Answer:
    """Keep a document: who may, is asked first; then it is recognised, cleaned, scanned; only then is it written."""
    body, caller = bodies.read(call, _ADDING), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    services, person = call.services, PersonId(body.person)
    request, law = _request(caller, Action.UPDATE, body), law_of(body.kind)
    allowed = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind="question", manner=Manner.QUESTION, law=law
    )
    if not isinstance(allowed, Granted):
        return await refused(call, allowed, person)
    rules = services.policy.attachments
    if len(body.content) > rules.largest:
        return _hindered(call, Obstacle.TOO_LARGE)
    document = await _examined(call, body.content)
    if isinstance(document, Obstacle):
        return _hindered(call, document)
    seen = await scanned(services.settings, body.content)
    if isinstance(seen, Obstacle):
        return _hindered(call, seen)
    kept = Kept(body.id, person, body.kind, document.media.value, seen, document.content)

    async def write(conn: "asyncpg.Connection", granted: Granted, at: datetime) -> Touched | Obstacle:
        hindered = await keeping.add(conn, services.keys, kept, rules.most, granted.agent.account.id, at)
        return Touched(body.kind.value, person) if hindered is None else hindered

    outcome = await _carry_out(call, caller, request, "attachment-added", body.id, body.kind, write)
    if isinstance(outcome, Obstacle):
        return _hindered(call, outcome)
    if not isinstance(outcome, Granted):
        return await refused(call, outcome, person)
    return json_answer(answers.Added(kept.id, outcome.entry or 0, kept.media, len(kept.content), seen), 201)


async def _examined(call: Call, content: bytes) -> documents.Document | Obstacle:
    turns = call.services.areas.setdefault("attachments", asyncio.Semaphore(_AT_ONCE))
    assert isinstance(turns, asyncio.Semaphore), "this room's own"
    async with turns:
        return await asyncio.to_thread(_recognised, content)


def _recognised(content: bytes) -> documents.Document | Obstacle:
    if not content:
        return Obstacle.EMPTY
    try:
        return documents.recognised(content)
    except documents.Unrecognised:
        return Obstacle.TYPE
    except documents.Damaged:
        return Obstacle.DAMAGED


async def open_one(call: Call) -> Answer:
    """Journal the opening of one attachment, then read and decipher it. Removed by then, it is there no longer."""
    body, caller = bodies.read(call, _ONE), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    services, person = call.services, PersonId(body.person)
    found: list[Touched] = []

    async def write(conn: "asyncpg.Connection", _granted: Granted, _at: datetime) -> Touched | Obstacle:
        row = await keeping.place(conn, services.keys, body.id, person)
        found[:] = () if row is None else (_touched(row),)
        return found[0] if found else Obstacle.UNKNOWN

    kind = await _kind_of(call, body.id, person)
    outcome = await _carry_out(call, caller, _request(caller, Action.OPEN, body), "released", body.id, kind, write)
    if isinstance(outcome, Obstacle):
        return _hindered(call, outcome)
    if not isinstance(outcome, Granted):
        return await refused(call, outcome, person)
    try:
        opened = await keeping.opened(services.pool, services.keys, body.id, found[0].file, found[0].kind)
    except (SealRefused, WrappedKeyRefused) as error:
        _LOG.critical("integrity: attachment %s of person %s: %s", body.id, person, error)
        return problems.reply(call, Code.INTEGRITY)
    if opened is None:
        return _hindered(call, Obstacle.UNKNOWN)
    return json_answer(
        answers.OpenedAttachment(
            body.id, outcome.entry or 0, opened.kind, opened.media, opened.added_at, opened.content
        )
    )


async def remove(call: Call) -> Answer:
    """Delete one attachment, unless the file is restricted; what stays is the journal's entry."""
    body, caller = bodies.read(call, _ONE), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    person = PersonId(body.person)

    async def write(conn: "asyncpg.Connection", _granted: Granted, _at: datetime) -> Touched | Obstacle:
        row = await keeping.remove(conn, call.services.keys, body.id, person)
        return Obstacle.UNKNOWN if row is None else _touched(row)

    kind = await _kind_of(call, body.id, person)
    request = _request(caller, Action.UPDATE, body)
    outcome = await _carry_out(
        call, caller, request, "attachment-removed", body.id, kind, write, law=destroying(law_of(kind))
    )
    if isinstance(outcome, Obstacle):
        return _hindered(call, outcome)
    if not isinstance(outcome, Granted):
        return await refused(call, outcome, person)
    return json_answer(answers.Removed(outcome.entry or 0))


def _touched(row: Any) -> Touched:
    return Touched(str(row["kind"]), PersonId(str(row["person"])))


async def _kind_of(call: Call, id: str, person: PersonId) -> AttachmentKind | None:
    """Which kind is asked for, before anybody decided: it can only make the law stricter.

    Where an alias is forged, as of an attachment that is not there: who is allowed meets it again, and is told.
    """
    services = call.services
    try:
        async with services.pool.acquire() as conn:
            return await keeping.kind_of(conn, services.keys, id, person)
    except Forged:
        return None


async def _carry_out(
    call: Call,
    caller: Caller,
    request: Request,
    journaled: str,
    id: str,
    kind: AttachmentKind | None,
    write: Write,
    law: Law | None = None,
) -> Outcome | Obstacle:
    """Decide, do, charge and journal in one transaction; nothing of it stays where something hinders it.

    The kind was read before the decision: had the row another one by then (its id is drawn anew by nobody), the
    attachment is as one that is not there. The entry says in which file it lies, where that went into this one.
    """
    services = call.services
    hindered: list[Obstacle] = []
    forged: list[Forged] = []

    async def effect(conn: "asyncpg.Connection", granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        hindered.clear()
        forged.clear()
        try:
            done = await write(conn, granted, at)
        except Forged as error:
            forged.append(error)
            return Refusal(Code.INTEGRITY)
        if not isinstance(done, Obstacle) and (kind is None or done.kind != kind.value):
            done = Obstacle.UNKNOWN
        if isinstance(done, Obstacle):
            hindered.append(done)
            return Fault.VERSION_CONFLICT
        agent = granted.agent
        lies = {} if done.file == request.person else {"file": done.file}
        entry = Entry(
            at, journaled, request.person, granted.groups, agent.account.id, agent.session.id, agent.organisation.id,
            request.application, agent.habilitation.role, request.purpose, granted.explanation,
            services.policy.version, _said(attachment=id, kind=done.kind, **lies),
        )  # fmt: skip
        return EntryNumber((await journal.append(conn, [entry]))[0])

    outcome = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind=journaled, effect=effect, law=law or law_of(kind)
    )
    if forged:
        await report(call, forged[0])
    return hindered[0] if hindered else outcome


def _hindered(call: Call, obstacle: Obstacle) -> Answer:
    """The problem document of an obstacle, with the limit where one was passed."""
    rules = call.services.policy.attachments
    more = {Obstacle.TOO_LARGE: {"most": rules.largest}, Obstacle.TOO_MANY: {"most": rules.most}}.get(obstacle)
    return problems.reply(call, obstacle, more)


ROUTES: Final[Routes] = {
    ("POST", "/v1/attachments/list"): listing,
    ("POST", "/v1/attachments/add"): up_to(BODY_LIMIT, add),
    ("POST", "/v1/attachments/open"): open_one,
    ("POST", "/v1/attachments/remove"): remove,
}
