"""POST /v1/person-requests/register, list, move, extend: what people ask of an organisation about their own data.

Registering is decided and charged as changing the person's file is: of somebody whom the organisation does not know
it answers as of nobody. The register itself is of the organisation; whoever holds the purpose there works on it.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import msgspec

from beffroi.core.answering import may_write
from beffroi.core.decision import Refusal, entitle
from beffroi.core.facts import Request
from beffroi.core.ids import EntryNumber, PersonId, PurposeCode
from beffroi.core.person_rights import (
    EXTENSIONS,
    MOVES,
    PURPOSE,
    Objection,
    Standing,
    State,
    may_extend,
    may_move,
    may_receive,
)  # fmt: skip
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.answers import person_rights as answers
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_action
from beffroi.guard.journal import Entry, append
from beffroi.guard.merging import aliases
from beffroi.guard.person_rights.bodies import Extending, Moving, Nothing, Registering
from beffroi.guard.person_rights.correcting import ROUTES as CORRECTING
from beffroi.guard.person_rights.correcting import elsewhere
from beffroi.guard.person_rights.recipients import ROUTES as RECIPIENTS
from beffroi.guard.person_rights.register import TABLE, standing_of
from beffroi.guard.person_rights.wording import ROUTES as WORDING
from beffroi.guard.person_rights.writing import Text, forget, keep, key_for_answer
from beffroi.guard.relating.prescribing import begins
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    from beffroi.guard.stamped import Row

MOST_LISTED: Final = 500
_REGISTERING: Final = msgspec.json.Decoder(Registering)
_MOVING: Final = msgspec.json.Decoder(Moving)
_EXTENDING: Final = msgspec.json.Decoder(Extending)
_NOTHING: Final = msgspec.json.Decoder(Nothing)
_OPEN: Final = """
SELECT 1 FROM guard.person_request WHERE person = ANY ($1::uuid[]) AND organisation = $2 AND article = $3
    AND state NOT IN ('answered', 'refused')
"""
_LIST: Final = """
SELECT * FROM guard.person_request WHERE organisation = $1
ORDER BY state IN ('answered', 'refused'), received_at, id LIMIT $2
"""


def _today(now: datetime) -> date:
    return now.astimezone(PARIS).date()


async def register(call: Call) -> Answer:
    """Write down what a person asks; the month begins on the day of receipt."""
    body, caller = bodies.read(call, _REGISTERING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy, person = call.services.keys, call.services.policy, PersonId(body.person)
    request = Request(Action.UPDATE, caller.application, PurposeCode(PURPOSE), person, 0, None)
    stopped: list[Objection] = []
    made: list[tuple[str, date]] = []

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        stopped.clear()
        agent = granted.agent
        way = may_receive(body.received_on, _today(at))
        try:
            kin = await aliases.family(conn, keys, person)
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        if way is None and await conn.fetchval(_OPEN, kin, agent.organisation.id, body.article) is not None:
            way = Objection.EXISTS
        if way is not None:
            stopped.append(way)
            return Fault.VERSION_CONFLICT
        id_ = str(uuid4())
        row = {
            "id": id_, "person": person, "organisation": agent.organisation.id, "article": body.article,
            "received_at": begins(body.received_on), "state": State.RECEIVED.value, "extended": None, "reason": None,
            "registered_by": agent.account.id, "registered_at": at, "moved_by": None, "moved_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, keys, TABLE, row)
        entry = Entry(
            at, "person-request-registered", person, 0, agent.account.id, agent.session.id, agent.organisation.id,
            caller.application, agent.habilitation.role, PURPOSE, body.article, policy.version,
            f'{{"request":"{id_}"}}',
        )  # fmt: skip
        number = (await append(conn, [entry]))[0]
        made[:] = [(id_, standing_of(row).due_on)]
        return EntryNumber(number)

    outcome = await call.services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind="person-request-registered", effect=effect, law=entitle
    )
    if stopped:
        return problems.reply(call, stopped[0])
    if not isinstance(outcome, Granted):
        return denial(call, outcome)
    id_, due_on = made[0]
    return json_answer(answers.RequestRegistered(id_, due_on, outcome.entry or 0), 201)


async def listed(call: Call) -> Answer:
    """The register of one's organisation, what is due first; and whose file was corrected elsewhere of late."""
    bodies.read(call, _NOTHING)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = [
            row for row in await work.conn.fetch(_LIST, by.organisation.id, MOST_LISTED)
            if stamped.is_genuine(work.keys, TABLE, row)
        ]  # fmt: skip
        stands = await aliases.standing(work.conn, work.keys, [str(row["person"]) for row in rows])
        told = [_told(row, stands, _today(work.now)) for row in rows]
        told.sort(key=lambda one: (not one.moves, one.due_on if one.moves else date.min))
        waiting, late = sum(1 for one in told if one.moves), sum(one.late for one in told)
        corrected = await elsewhere(work, by.organisation.id)
        return json_answer(answers.PersonRequests(waiting, late, tuple(told), corrected))

    return await with_action(call, Action.UPDATE, PURPOSE, act, writes=False)


def _told(row: "Row", stands: Mapping[str, str], today: date) -> answers.PersonRequest:
    """One line; the person is the file that stands for them now, where theirs was merged into another."""
    standing = standing_of(row)
    extendable = may_extend(standing, next(iter(EXTENSIONS)), today) is None
    return answers.PersonRequest(
        str(row["id"]), stands[str(row["person"])], row["article"], standing.received_on, standing.due_on,
        standing.is_late(today), standing.state, standing.extended, row["reason"], row["registered_at"],
        row["moved_at"], tuple(state.value for state in State if state in MOVES[standing.state]), extendable,
        row["registered_by"] is None,
    )  # fmt: skip


async def move(call: Call) -> Answer:
    """Say that a request has come to its next step, is answered, or refused; what the person is told in words."""
    body = bodies.read(call, _MOVING)
    to = State(body.to)

    def judged(standing: Standing, _: date) -> Objection | None:
        return may_move(standing, to, body.reason) or may_write(to, body.text)

    changes = {"state": to.value, "reason": body.reason}
    return await _changed(call, body.request, judged, "person-request-moved", body.to, changes, body.text)


async def extend(call: Call) -> Answer:
    """Take two months more, for a reason that the person is told."""
    body = bodies.read(call, _EXTENDING)

    def judged(standing: Standing, today: date) -> Objection | None:
        return may_extend(standing, body.reason, today)

    return await _changed(
        call, body.request, judged, "person-request-extended", body.reason, {"extended": body.reason}
    )


async def _changed(
    call: Call,
    request: str,
    judged: Any,
    kind: str,
    explanation: str,
    changes: Mapping[str, object],
    words: str | None = None,
) -> Answer:
    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        row = await conn.fetchrow("SELECT * FROM guard.person_request WHERE id = $1 FOR UPDATE", request)
        if row is None or str(row["organisation"]) != by.organisation.id:
            return problems.reply(call, Objection.UNKNOWN)
        stamped.genuine(keys, TABLE, row)
        way, person = judged(standing_of(row), _today(now)), str(row["person"])
        if way is not None:
            return problems.reply(call, way)
        held = None if words is None else await key_for_answer(conn, by.organisation.id, person, now)
        if isinstance(held, Objection):
            return problems.reply(call, held)
        after = await stamped.amend(conn, keys, TABLE, row, **changes, moved_by=by.account.id, moved_at=now)
        entry = Entry(
            now, kind, person, 0, by.account.id, by.session.id, by.organisation.id,
            by.session.application, by.habilitation.role, PURPOSE, explanation, policy.version,
            json.dumps({"request": request} | ({} if words is None else {"words": True}), separators=(",", ":")),
        )  # fmt: skip
        await append(conn, [entry])
        standing = standing_of(after)
        if not MOVES[standing.state]:
            # What was written with a request serves to answer it: it goes when that is done.
            await forget(conn, Text.REQUEST, request)
        if held is not None and words is not None:
            await keep(conn, keys, Text.ANSWER, request, person, held, words, now)
        return json_answer(answers.RequestMoved(standing.state, standing.due_on))

    return await with_action(call, Action.UPDATE, PURPOSE, act, writes=True)


ROUTES: Final[Routes] = {
    ("POST", "/v1/person-requests/register"): register,
    ("POST", "/v1/person-requests/list"): listed,
    ("POST", "/v1/person-requests/move"): move,
    ("POST", "/v1/person-requests/extend"): extend,
    **RECIPIENTS,
    **CORRECTING,
    **WORDING,
}
