"""POST /v1/create, /v1/update and /v1/erase: what changes a person's file, each in a transaction of its own.

The decision, its charge, the writing in the vault and the journal entry commit together or not at all.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.casefile import Objection
from beffroi.core.decision import Refusal, entitle
from beffroi.core.facts import Request
from beffroi.core.fields import NAMES
from beffroi.core.ids import AccountId, EntryNumber, PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.core.relating import follows_people
from beffroi.core.restricting import destroying
from beffroi.guard import stamped
from beffroi.guard.decisions.asks import Effect, Granted, Law, Manner, Outcome
from beffroi.guard.doors.answers import refused
from beffroi.guard.doors.finding import Match, reveal
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from beffroi.guard.vault import blind, keeping, people
from beffroi.guard.vault.people import Absent, Conflict
from beffroi.guard.vault.records import Record, RecordRefused, convert
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

Fields = Annotated[dict[bodies.GroupName, dict[str, object] | None], Meta(min_length=1, max_length=len(NAMES))]
_NAMES: Final = blind.COLUMNS_OF["name"]
_TELLING: Final = ("blind_nir", "blind_agency_id", *_NAMES)
_LAST_ENTRY: Final = "SELECT currval(pg_get_serial_sequence('guard.journal', 'entry'))"


class Creation(bodies.Strict, frozen=True):
    """Body of /v1/create. ``distinct_from`` are people of the same name and birth date, seen not to be the same."""

    purpose: bodies.Code
    fields: Fields
    distinct_from: Annotated[tuple[bodies.PersonText, ...], Meta(max_length=5)] = ()


class Change(bodies.Strict, frozen=True):
    """Body of /v1/update: whole groups, ``null`` empties one; ``expected_version`` refuses a file changed since.

    ``distinct_from`` is as for a creation.
    """

    person: bodies.PersonText
    purpose: bodies.Code
    fields: Fields
    expected_version: Annotated[int, Meta(ge=1, le=2_147_483_647)] | None = None
    distinct_from: Annotated[tuple[bodies.PersonText, ...], Meta(max_length=5)] = ()


class Erasure(bodies.Strict, frozen=True):
    """Body of /v1/erase."""

    person: bodies.PersonText
    purpose: bodies.Code


class Written(msgspec.Struct, frozen=True):
    """Answer: the person, and the journal entry that is already durable."""

    person: bodies.PersonText
    entry: int


class Created(msgspec.Struct, frozen=True):
    """Answer of /v1/create: the same, and whether the agent who registers is the referent."""

    person: bodies.PersonText
    entry: int
    referent: bool


_CREATION: Final = msgspec.json.Decoder(Creation)
_CHANGE: Final = msgspec.json.Decoder(Change)
_ERASURE: Final = msgspec.json.Decoder(Erasure)


def _records(fields: dict[bodies.GroupName, dict[str, object] | None]) -> tuple[dict[str, Record | None], int]:
    """Typed records by group, and the mask of the groups. Raises Malformed."""
    records: dict[str, Record | None] = {}
    mask = 0
    for name, values in fields.items():
        mask |= int(NAMES[name])
        if values is None:
            records[name] = None
            continue
        try:
            records[name] = convert(name, values)
        except RecordRefused as error:
            found = bodies.explained(msgspec.ValidationError(error.reason))
            raise Malformed(f"$.fields.{name}{found.where.removeprefix('$')}", found.expected) from None
    return records, mask


def _entry(granted: Granted, request: Request, kind: str, at: datetime, person: PersonId, policy: str) -> Entry:
    agent = granted.agent
    return Entry(
        at, kind, person, request.groups, agent.account.id, agent.session.id, agent.organisation.id,
        request.application, agent.habilitation.role, request.purpose, granted.explanation, policy,
    )  # fmt: skip


async def _last_entry(conn: Any) -> EntryNumber:
    return EntryNumber(await conn.fetchval(_LAST_ENTRY))


async def _command(
    call: Call, caller: Caller, request: Request, kind: str, effect: Effect, law: Law | None = None
) -> Outcome:
    return await call.services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind=kind, effect=effect, law=law
    )


async def _asked(call: Call, caller: Caller, request: Request) -> Outcome:
    """Whether the command is allowed, counted as a question, and whether a search would be.

    Asked before anything is looked up: a refusal that came only where somebody is known would tell that they are.
    """
    decide = call.services.worker.decide
    allowed = await decide(request, caller.handle_hash, caller.client_hash, kind="question", manner=Manner.QUESTION)
    if not isinstance(allowed, Granted):
        return allowed
    search = request._replace(action=Action.FIND, person=None, groups=0)
    return await decide(search, caller.handle_hash, caller.client_hash, kind="question", manner=Manner.IDENTIFY)


async def create(call: Call) -> Answer:
    """Register a person unless somebody like them is known.

    The agent's organisation follows them from then on; the agent is the referent where the role may follow people.
    """
    body, caller = bodies.read(call, _CREATION), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    records, mask = _records(body.fields)
    given = {name: record for name, record in records.items() if record is not None}
    if "identity" not in given:
        raise Malformed("$.fields.identity", "an object: nobody is registered without an identity")
    services, keys, written = call.services, call.services.keys, call.services.policy.written_a_day
    request = Request(Action.CREATE, caller.application, PurposeCode(body.purpose), None, mask, None)
    asked = await _asked(call, caller, request)
    if not isinstance(asked, Granted):
        return await refused(call, asked)
    indexes = _indexes(keys.blind, records)
    async with services.pool.acquire() as conn:
        known = await _known(conn, indexes, body.distinct_from)
    if known:
        return await _duplicate(call, caller, request, known, asked)
    person = PersonId(str(uuid4()))
    referents: list[AccountId | None] = []

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        if await _known(conn, indexes, body.distinct_from):
            return Fault.DUPLICATE  # registered by somebody else since the look-up above
        for record in given.values():
            objected = keeping.objected(None, record, granted.agent.account.id, at, written)
            if objected is not None:
                return Fault(objected.value)
        entry = _entry(granted, request, "created", at, person, services.policy.version)
        number = await people.create(conn, keys, person, given, entry=entry)
        role = services.policy.roles[granted.agent.habilitation.role]
        referents[:] = [granted.agent.account.id if follows_people(role) else None]
        relation = {
            "person": person, "organisation": granted.agent.organisation.id, "kind": "followed",
            "referent": referents[0], "since_at": at, "until_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, keys, "relation", relation)
        return EntryNumber(number)

    outcome = await _command(call, caller, request, "created", effect)
    if isinstance(outcome, Granted):
        return json_answer(Created(person, outcome.entry or 0, referents[0] is not None))
    return await refused(call, outcome, person)


def _indexes(key: bytes, records: dict[str, Record | None]) -> dict[str, Any]:
    """Blind indexes that tell people apart: of the numbers and of the names; absent values left out."""
    indexes: dict[str, Any] = {}
    for record in records.values():
        if record is not None:
            indexes |= blind.of_record(key, record)
    return {column: indexes[column] for column in _TELLING if indexes.get(column) is not None}


async def _taken(
    conn: Any, person: PersonId, indexes: dict[str, Any], distinct_from: tuple[str, ...]
) -> list[PersonId]:
    """Other people who have what a file is given; what the file already has is no news and tells nothing."""
    row = await conn.fetchrow(f"SELECT {', '.join(_TELLING)} FROM guard.person WHERE id = $1", person)
    held = () if row is None else tuple(row)
    return await _known(conn, {name: one for name, one in indexes.items() if one not in held}, distinct_from)


async def _known(conn: Any, indexes: dict[str, Any], distinct_from: tuple[str, ...]) -> list[PersonId]:
    """People who share a number, or the name and birth date, with what is registered; at most five."""
    found: dict[PersonId, None] = {}
    for columns, aside in ((("blind_nir",), ()), (("blind_agency_id",), ()), (_NAMES, distinct_from)):
        wanted = [indexes[column] for column in columns if indexes.get(column) is not None]
        where = " OR ".join(f"{column} = ANY ($1::uuid[])" for column in columns)
        sql = f"SELECT id FROM guard.person WHERE ({where}) AND id <> ALL ($2::uuid[]) ORDER BY id LIMIT 6"
        if wanted:
            found |= {PersonId(str(row[0])): None for row in await conn.fetch(sql, wanted, list(aside))}
    return list(found)[: people.MOST_MATCHES]


async def _duplicate(call: Call, caller: Caller, request: Request, known: list[PersonId], asked: Granted) -> Answer:
    told = await reveal(call, caller, request, known, asked.agent)
    if isinstance(told, Refusal | Fault):
        return await refused(call, told)
    return _conflict(call, told)


def _conflict(call: Call, matches: list[Match]) -> Answer:
    return problems.reply(call, Fault.DUPLICATE, {"matches": matches})


Also = Callable[[Any, Granted, dict[str, Record | None], datetime], Awaitable[Fault | Refusal | None]]
"""What is written beside a change, in its transaction and before it; or why the change is not made."""


async def update(call: Call) -> Answer:
    """Replace whole groups of a file; none is emptied while the file is restricted."""
    body, caller = bodies.read(call, _CHANGE), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    law = destroying(entitle) if any(map(_is_empty, body.fields.values())) else None
    return await replace(call, caller, body, law=law)


def _is_empty(values: dict[str, object] | None) -> bool:
    return values is None or all(value in (None, "", [], {}) for value in values.values())


async def replace(
    call: Call,
    caller: Caller,
    body: Change,
    *,
    kind: str = "updated",
    also: Also | None = None,
    law: Law | None = None,
) -> Answer:
    """Replace whole groups of a file, unless that gives it the number or the name of somebody else.

    Whoever may change a file could otherwise ask for nothing whose number it is: the answer is a question, and each
    person told is found, charged and journaled, as at a registration. Raises Malformed.
    """
    records, mask = _records(body.fields)
    if records.get("identity", ...) is None:
        raise Malformed("$.fields.identity", "an object: nobody is without identity")
    services, person = call.services, PersonId(body.person)
    request = Request(Action.UPDATE, caller.application, PurposeCode(body.purpose), person, mask, None)
    indexes = _indexes(services.keys.blind, records)
    if indexes:
        asked = await _asked(call, caller, request)
        if not isinstance(asked, Granted):
            return await refused(call, asked, person)
        async with services.pool.acquire() as conn:
            known = await _taken(conn, person, indexes, body.distinct_from)
        if known:
            return await _duplicate(call, caller, request, known, asked)

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        if indexes and await _taken(conn, person, indexes, body.distinct_from):
            return Fault.DUPLICATE  # given to somebody else since the look-up above
        if also is not None:
            stopped = await also(conn, granted, records, at)
            if stopped is not None:
                return stopped
        entry = _entry(granted, request, kind, at, person, services.policy.version)
        done = await people.update(
            conn, services.keys, person, records, entry=entry, expected_version=body.expected_version,
            written_a_day=services.policy.written_a_day,
        )  # fmt: skip
        if isinstance(done, Conflict):
            return Fault.VERSION_CONFLICT
        if isinstance(done, Objection):
            return Fault(done.value)
        if isinstance(done, Absent):
            return Refusal(Code.PERSON_UNKNOWN)
        return await _last_entry(conn)

    return await _written(call, await _command(call, caller, request, kind, effect, law), person)


async def erase(call: Call) -> Answer:
    """Destroy a person's key, ciphertexts, indexes and relations (I-13)."""
    body, caller = bodies.read(call, _ERASURE), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    services, person = call.services, PersonId(body.person)
    request = Request(Action.ERASE, caller.application, PurposeCode(body.purpose), person, 0, None)

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        entry = _entry(granted, request, "erased", at, person, services.policy.version)
        done = await erase_person(conn, call.services.keys, entry=entry)
        return Refusal(Code.PERSON_UNKNOWN) if isinstance(done, Absent) else done

    return await _written(call, await _command(call, caller, request, "erased", effect), person)


async def _written(call: Call, outcome: Outcome, person: PersonId) -> Answer:
    if isinstance(outcome, Granted):
        return json_answer(Written(person, outcome.entry or 0))
    return await refused(call, outcome, person)


ROUTES: Final[Routes] = {
    ("POST", "/v1/create"): create,
    ("POST", "/v1/update"): update,
    ("POST", "/v1/erase"): erase,
}
