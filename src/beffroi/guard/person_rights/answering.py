"""What a correspondent takes to answer one request: decided and charged as an opening, journaled before it leaves."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import Group
from beffroi.core.ids import EntryNumber, PersonId, PurposeCode
from beffroi.core.person_rights import PURPOSE, Objection, Standing
from beffroi.core.policy import Action
from beffroi.core.recipients import taking
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.journal import Entry, append
from beffroi.guard.person_rights.bodies import OfPerson
from beffroi.guard.person_rights.register import own_request, standing_of
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call

if TYPE_CHECKING:
    from beffroi.guard.stamped import Row

_KIND: Final = "released"
Judge = Callable[[str, Standing], Objection | None]


class Taken(NamedTuple):
    """Allowed, and durable: by whom, at which instant, for which row of the register."""

    granted: Granted
    at: datetime
    row: "Row"


async def taken(call: Call, body: OfPerson, judge: Judge) -> Taken | Answer:
    """An opening of no field for this request of this person, where ``judge`` lets it; else the answer."""
    caller = caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    services, person = call.services, PersonId(body.person)
    request = Request(Action.OPEN, caller.application, PurposeCode(PURPOSE), person, int(Group.IDENTITY), None)
    stopped: list[Objection | Fault] = []
    kept: list[tuple[datetime, Row]] = []

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        stopped.clear()
        agent = granted.agent
        try:
            row = await own_request(conn, services.keys, body.request, person, agent.organisation.id)
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        way: Objection | Fault | None = Objection.UNKNOWN if row is None else judge(row["article"], standing_of(row))
        if way is None and not await attempts.within(
            conn, services.keys, Limit.OWN_QUESTIONS, f"agent {agent.account.id}", at
        ):
            way = Fault.TOO_MANY_QUESTIONS
        if row is None or way is not None:
            stopped.append(way or Objection.UNKNOWN)
            return Fault.VERSION_CONFLICT
        entry = Entry(
            at, _KIND, person, 0, agent.account.id, agent.session.id, agent.organisation.id, caller.application,
            agent.habilitation.role, PURPOSE, granted.explanation, services.policy.version,
            f'{{"request":"{body.request}"}}',
        )  # fmt: skip
        number = EntryNumber((await append(conn, [entry]))[0])
        kept[:] = [(at, row)]
        return number

    outcome = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind=_KIND, effect=effect, law=taking
    )
    if stopped:
        return problems.reply(call, stopped[0])
    if not isinstance(outcome, Granted):
        return denial(call, outcome)
    return Taken(outcome, *kept[0])
