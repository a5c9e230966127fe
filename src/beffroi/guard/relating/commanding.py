"""One change of a person's relations: decided, charged, written and journaled in one transaction of the hot path."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.ids import ApplicationId, EntryNumber, PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.core.relating import Obstacle, asking
from beffroi.guard import journal, stamped, turnstile
from beffroi.guard.decisions import statements
from beffroi.guard.decisions.asks import Agent, Granted, Law, Manner, Outcome
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.decisions.writing import reaches_power_of_ten
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller
from beffroi.guard.journal import Entry
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call

if TYPE_CHECKING:
    import asyncpg


class Change(NamedTuple):
    """What is asked, about whom where that is known: the journal's word, the purpose, the action the role needs."""

    kind: str
    person: PersonId | None
    purpose: PurposeCode
    action: Action = Action.RELATE


class Doing(NamedTuple):
    """What a change works with: the transaction that holds the turn, what was granted, the sole clock."""

    conn: "asyncpg.Connection"
    granted: Granted
    now: datetime


Act = Callable[[Doing], Awaitable[Obstacle | Refusal | Mapping[str, Any]]]
"""Writes; gives the journal's detail, or what stands in the way, and then nothing of it stays."""
Came = Granted | Refusal | Fault | Obstacle


async def question(call: Call, caller: Caller, purpose: PurposeCode) -> Outcome:
    """Count one question of the hour; what answers instead where there were too many, or nobody may ask."""
    request = Request(Action.RELATE, caller.application, purpose, None, 0, None)
    return await call.services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind="evaluation", manner=Manner.QUESTION, law=asking
    )


async def carry_out(call: Call, caller: Caller, change: Change, law: Law, act: Act) -> Came:
    """Decide and do; what stood in the way instead of :class:`Granted`, nothing charged then.

    An obstacle answers something about the person, so it is a question of the hour and is journaled as refusals are:
    past the hour's questions nobody is told which it was. So is a refusal for what a change would touch.
    """
    services = call.services
    request = Request(change.action, caller.application, change.purpose, change.person, 0, None)
    stopped: list[Obstacle | Refusal] = []

    async def effect(conn: "asyncpg.Connection", granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        stopped.clear()
        try:
            done = await act(Doing(conn, granted, at))
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        if isinstance(done, Obstacle | Refusal):
            stopped.append(done)
            return Fault.VERSION_CONFLICT
        agent = granted.agent
        entry = Entry(
            at, change.kind, change.person, 0, agent.account.id, agent.session.id, agent.organisation.id,
            request.application, agent.habilitation.role, request.purpose, granted.explanation,
            services.policy.version, json.dumps(done, separators=(",", ":"), sort_keys=True),
        )  # fmt: skip
        return EntryNumber((await journal.append(conn, [entry]))[0])

    outcome: Outcome = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind=change.kind, effect=effect, law=law
    )
    if not stopped:
        return outcome
    asked = await question(call, caller, change.purpose)
    if not isinstance(asked, Granted):
        return asked
    came = stopped[0]
    await note(call, asked.agent, change, caller.application, came.code if isinstance(came, Refusal) else came)
    return came


async def note(call: Call, agent: Agent, change: Change, application: ApplicationId, came: Obstacle | Code) -> None:
    """Count what stood in the way as a refusal; the journal gets the 1st, 10th, 100th… of the account's hour."""
    async with call.services.pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        at = await stamped.instant(conn)
        counted = await conn.fetch(
            statements.COUNT_REFUSALS, [agent.account.id], [came.value], clock_at(at).hour, [1]
        )
        times: int = counted[0]["times"]
        if reaches_power_of_ten(times - 1, times):
            entry = Entry(
                at, "refused", change.person, 0, agent.account.id, agent.session.id, agent.organisation.id,
                application, agent.habilitation.role, change.purpose, came.value, call.services.policy.version,
                json.dumps({"times": times}, separators=(",", ":")),
            )  # fmt: skip
            await journal.append(conn, [entry])


def refusal(call: Call, came: Refusal | Fault | Obstacle) -> Answer:
    """The problem document of what stood in the way."""
    if isinstance(came, Obstacle):
        return obstacle(call, came)
    return denial(call, came)


def obstacle(call: Call, came: Obstacle) -> Answer:
    """The problem document of an obstacle."""
    return problems.reply(call, came)
