"""POST /v1/person-requests/recipients: who consulted a file, who follows its person, what was written to them.

What the correspondent hands out of it is what the person reads in the personal space: the same question of the
journal, the same delays, no agent beyond the policy's ``agent_shown``. Decided and charged as an opening, journaled
``released`` with no field before anything is looked up (I-01), and only for a request of access that is worked on.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import Group
from beffroi.core.ids import EntryNumber, PersonId, PurposeCode
from beffroi.core.person_rights import PURPOSE, Objection
from beffroi.core.policy import Action
from beffroi.core.recipients import MOST, MOST_MESSAGES, may_take, taking
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.answers.recipients import Knowing, Message, Recipients, Told
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.journal import Entry, append
from beffroi.guard.merging import aliases
from beffroi.guard.messaging import letters
from beffroi.guard.person_rights.bodies import OfPerson
from beffroi.guard.person_rights.register import own_request, standing_of
from beffroi.guard.personal import consulting, delays, queueing
from beffroi.guard.personal.unreadable import unreadable
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.forensics.answering import Answer as Found
    from beffroi.guard.services import Services

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_BODY: Final = msgspec.json.Decoder(OfPerson)
_FOLLOWED_BY: Final = """
SELECT r.*, o.name FROM guard.relation r JOIN guard.organisation o ON o.id = r.organisation
WHERE r.person = $1 AND r.since_at <= $2 AND (r.until_at IS NULL OR $2 < r.until_at) ORDER BY o.name, r.kind
"""
_MESSAGES: Final = """
SELECT l.id, l.notice, l.person, l.made_at, l.mac, l.sent_at FROM guard.letter l
JOIN guard.notice n ON n.id = l.notice
WHERE l.person = ANY ($1::uuid[]) AND n.organisation = $2 ORDER BY l.made_at DESC, l.id LIMIT $3
"""
_NOTICES: Final = """
SELECT n.*, o.name AS office FROM guard.notice n JOIN guard.organisation o ON o.id = n.organisation
WHERE n.id = ANY ($1::uuid[])
"""


async def recipients(call: Call) -> Answer:
    """Everything in one answer; nothing of it is told before the opening is durable."""
    body, caller = bodies.read(call, _BODY), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    services, person = call.services, PersonId(body.person)
    request = Request(Action.OPEN, caller.application, PurposeCode(PURPOSE), person, int(Group.IDENTITY), None)
    stopped: list[Objection | Fault] = []
    kept: list[tuple[Granted, datetime]] = []

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        stopped.clear()
        agent = granted.agent
        try:
            row = await own_request(conn, services.keys, body.request, person, agent.organisation.id)
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        way: Objection | Fault | None = (
            Objection.UNKNOWN if row is None else may_take(row["article"], standing_of(row))
        )
        if way is None and not await attempts.within(
            conn, services.keys, Limit.OWN_QUESTIONS, f"agent {agent.account.id}", at
        ):
            way = Fault.TOO_MANY_QUESTIONS
        if way is not None:
            stopped.append(way)
            return Fault.VERSION_CONFLICT
        entry = Entry(
            at, "released", person, 0, agent.account.id, agent.session.id, agent.organisation.id,
            caller.application, agent.habilitation.role, PURPOSE, granted.explanation, services.policy.version,
            f'{{"request":"{body.request}"}}',
        )  # fmt: skip
        number = EntryNumber((await append(conn, [entry]))[0])
        kept[:] = [(granted, at)]
        return number

    outcome = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind="released", effect=effect, law=taking
    )
    if stopped:
        return problems.reply(call, stopped[0])
    if not isinstance(outcome, Granted):
        return denial(call, outcome)
    [(granted, at)] = kept
    return await _told(call, person, outcome._replace(agent=granted.agent), at)


async def _told(call: Call, person: PersonId, outcome: Granted, at: datetime) -> Answer:
    """The answer, once the opening is durable; nothing rather than a part where the past cannot be read."""
    services, agent = call.services, outcome.agent
    queue, entry = queueing.queue_of(services), outcome.entry or 0
    who = f"agent {agent.account.id}"
    full = queue.enter(who)
    if full is not None:
        return problems.reply(call, full)
    asked = consulting.question(person, BEGINNING, at + consulting.ONE)
    try:
        async with queue.turn():
            answering = consulting.answering_of(services)
            found = await answering.answer(services.pool, services.keys, agent.session.id, asked, entry, at)
        async with services.pool.acquire() as conn:
            found = delays.shown(found, await delays.in_force(conn, services.keys, at), at)
            rows = await _consultations(conn, services, person, found)
            followed_by = await _followed_by(conn, services, person, at)
            messages = await _messages(conn, services, person, agent.organisation.id)
    except Exception as error:
        return await unreadable(call, error)
    finally:
        queue.leave(who)
    left_out = found.rows.num_rows - len(rows)
    return json_answer(Recipients(entry, at, found.lost_until, left_out, rows, followed_by, messages))


async def _consultations(
    conn: "asyncpg.Connection", services: "Services", person: PersonId, found: "Found"
) -> tuple[Told, ...]:
    rows = await consulting.told(conn, services.keys, services.policy, person, found, 1, MOST)
    return tuple(
        Told(
            row.at, row.kind, row.groups, row.organisation_name, row.job, row.purpose, row.explanation, row.reason
        )
        for row in rows
    )  # fmt: skip


async def _followed_by(
    conn: "asyncpg.Connection", services: "Services", person: PersonId, at: datetime
) -> tuple[Knowing, ...]:
    return tuple(
        Knowing(row["name"], row["kind"], row["since_at"], row["until_at"])
        for row in await conn.fetch(_FOLLOWED_BY, person, at)
        if stamped.genuine(services.keys, "relation", row)
    )


async def _messages(
    conn: "asyncpg.Connection", services: "Services", person: PersonId, organisation: str
) -> tuple[Message, ...]:
    """What this organisation wrote to any id of the person; who wrote it is left out."""
    kin = await aliases.family(conn, services.keys, person)
    rows = await conn.fetch(_MESSAGES, kin, organisation, MOST_MESSAGES)
    notices = {
        row["id"]: letters.sentence(stamped.genuine(services.keys, "notice", row))
        for row in await conn.fetch(_NOTICES, [row["notice"] for row in rows])
    }
    told = []
    for row in rows:
        text = notices[stamped.genuine(services.keys, "letter", row)["notice"]]
        words = consulting.words(text)
        assert words is not None, "a label was given"
        told.append(Message(words, row["made_at"], row["sent_at"]))
    return tuple(told)


ROUTES: Final[Routes] = {("POST", "/v1/person-requests/recipients"): recipients}
