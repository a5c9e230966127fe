"""A person's question about their own past: once in the queue, journaled, then answered; or an answer still kept."""

from datetime import datetime
from typing import TYPE_CHECKING

from beffroi.guard.personal import consulting, delays, queueing
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.personal.unreadable import unreadable
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.stamped import Forged
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, json_answer

if TYPE_CHECKING:
    from beffroi.guard.forensics.answering import Answer as Found


async def answered(
    call: Call, from_at: datetime, until_at: datetime, *, leafing: bool
) -> "tuple[Present, Found] | Answer":
    """Openings of one's own file in a window, its end excluded, that may be shown now; or why not.

    ``leafing``: an answer of this session that is still kept will do; none is journaled then.
    """
    asked, services = await _asked(call, from_at, until_at, leafing=leafing), call.services
    if isinstance(asked, Answer):
        return asked
    here, found = asked
    try:
        async with services.pool.acquire() as conn:
            hidden = await delays.in_force(conn, services.keys, here.now)
    except Forged as error:
        return await unreadable(call, error)
    return here, delays.shown(found, hidden, here.now)


async def _asked(
    call: Call, from_at: datetime, until_at: datetime, *, leafing: bool
) -> "tuple[Present, Found] | Answer":
    """Every opening of the window, what is not shown yet included; or why not."""
    services = call.services
    answering, kept = consulting.answering_of(services), list[tuple[Present, int]]()
    queue, waiting = queueing.queue_of(services), list[str]()

    async def look(here: Present) -> Answer:
        kept.append((here, 0))
        return json_answer({})

    async def ask(here: Present) -> Answer:
        full = queue.enter(here.person)
        if full is not None:
            return problems.reply(call, full)
        waiting.append(here.person)
        if not await attempts.within(here.conn, services.keys, Limit.OWN_QUESTIONS, here.person, here.now):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        asked = consulting.question(here.person, from_at, until_at)
        kept.append((here, await consulting.journal(here, asked, services.policy.version)))
        return json_answer({})

    if leafing:
        answer = await with_person(call, look, writes=False)
        if not kept:
            return answer
        here, _ = kept.pop()
        found = answering.kept(here.id, consulting.question(here.person, from_at, until_at), here.now)
        if found is not None:
            return here, found
    try:
        answer = await with_person(call, ask, writes=True)
        if not kept:
            return answer
        here, entry = kept[0]
        asked = consulting.question(here.person, from_at, until_at)
        async with queue.turn():
            return here, await answering.answer(services.pool, services.keys, here.id, asked, entry, here.now)
    except Exception as error:
        return await unreadable(call, error)
    finally:
        for person in waiting:
            queue.leave(person)
