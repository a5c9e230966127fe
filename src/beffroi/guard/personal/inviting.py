"""POST /v1/invitations/make: an agent of the office that follows a person hands over a code for the personal space.

Decided, charged and journaled as an opening of that person by the agent (``released`` with no field, then
``invited``), in one transaction of the hot path; nothing is read. The person sees it among the consultations of the
file.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import NAMES
from beffroi.core.ids import EntryNumber, PersonId, PurposeCode
from beffroi.core.inviting import inviting
from beffroi.core.personal import Objection
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard import journal, stamped
from beffroi.guard.answers.personal import Invited
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.journal import Entry
from beffroi.guard.personal import invitations
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

KIND: Final = "released"
"""What it counts as: an opening of no field, which nothing else is."""


class Inviting(bodies.Strict, frozen=True):
    """Body of /v1/invitations/make."""

    purpose: bodies.Code
    person: bodies.PersonText


_INVITING: Final = msgspec.json.Decoder(Inviting)


async def make(call: Call) -> Answer:
    """A code for a person whom one's office follows, told once; the one before it ends."""
    body, caller = bodies.read(call, _INVITING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    services, person = call.services, PersonId(body.person)
    request = Request(
        Action.RELEASE, caller.application, PurposeCode(body.purpose), person, int(NAMES["identity"]), None
    )
    stopped: list[Objection] = []
    issued: list[tuple[str, datetime]] = []

    async def effect(conn: "asyncpg.Connection", granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        stopped.clear()
        issued.clear()
        agent = granted.agent
        try:
            made = await invitations.issue(conn, services.keys, person, agent.account.id, agent.organisation.id, at)
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        if isinstance(made, Objection):
            stopped.append(made)
            return Fault.VERSION_CONFLICT
        entry = Entry(
            at, KIND, person, 0, agent.account.id, agent.session.id, agent.organisation.id, request.application,
            agent.habilitation.role, request.purpose, granted.explanation, services.policy.version,
        )  # fmt: skip
        said = entry._replace(
            kind="invited", detail=json.dumps({"until": made[1].isoformat()}, separators=(",", ":"))
        )
        issued.append(made)
        return EntryNumber((await journal.append(conn, [entry, said]))[0])

    outcome = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind=KIND, effect=effect, law=inviting
    )
    if stopped:
        return problems.reply(call, stopped[0])
    if not isinstance(outcome, Granted):
        return denial(call, outcome)
    [(code, until_at)] = issued
    return json_answer(Invited(code, until_at), 201)


ROUTES: Final[Routes] = {("POST", "/v1/invitations/make"): make}
