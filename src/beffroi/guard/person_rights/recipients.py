"""POST /v1/person-requests/recipients: who consulted a file, who follows its person, what was written to them.

What the correspondent hands out of it is what the person reads in the personal space: the same question of the
journal, the same delays, no agent beyond the policy's ``agent_shown``. Decided and charged as an opening, journaled
``released`` with no field before anything is looked up (I-01), and only for a request of access that is worked on.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.core.ids import PersonId
from beffroi.core.recipients import MOST, MOST_MESSAGES, may_take
from beffroi.guard import stamped
from beffroi.guard.answers.recipients import Knowing, Message, Recipients, Told
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.merging import aliases
from beffroi.guard.messaging import letters
from beffroi.guard.person_rights.answering import Taken, taken
from beffroi.guard.person_rights.bodies import OfPerson
from beffroi.guard.personal import consulting, delays, queueing
from beffroi.guard.personal.unreadable import unreadable
from beffroi.guard.relating import relations
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.forensics.answering import Answer as Found
    from beffroi.guard.services import Services

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_BODY: Final = msgspec.json.Decoder(OfPerson)
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
    body = bodies.read(call, _BODY)
    done = await taken(call, body, may_take)
    return await _told(call, PersonId(body.person), done.granted, done.at) if isinstance(done, Taken) else done


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
            followed_by = tuple(
                Knowing(row["name"], row["kind"], row["since_at"], row["until_at"])
                for row in await relations.known_by(conn, services.keys, person, at)
            )
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
