"""POST /v1/relations/by-presence: a person stands at the desk and shows a code of their own; the office follows them.

The code, and no word of the agent's, says who it is. Every attempt is a question of the hour, and wrong codes are
counted besides, for the account and for its organisation: past those nothing is looked at. A wrong code, one that is
over, one that served and one for another organisation have one answer.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.presence import State
from beffroi.core.refusals import Code
from beffroi.core.relating import Obstacle, proven_present
from beffroi.guard import stamped, turnstile
from beffroi.guard.answers import relating as answers
from beffroi.guard.decisions.asks import Agent, Granted
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.merging import aliases
from beffroi.guard.personal import presence_codes
from beffroi.guard.relating import colleagues, organisations, relations
from beffroi.guard.relating.bodies import ByPresence
from beffroi.guard.relating.commanding import Change, Doing, carry_out, note, obstacle, question, refusal
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import report
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

KIND: Final = "followed-by-presence"
_BODY: Final = msgspec.json.Decoder(ByPresence)


async def follow(call: Call) -> Answer:
    """Follow the person who shows this code; the agent becomes the referent where the portfolio has room."""
    body, caller = bodies.read(call, _BODY), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy, purpose = call.services.keys, call.services.policy, PurposeCode(body.purpose)
    asked = await question(call, caller, purpose)
    if not isinstance(asked, Granted):
        return denial(call, asked)
    try:
        whose = await _whose(call, asked.agent, body.code)
    except stamped.Forged as error:
        await report(call, error)
        return problems.reply(call, Code.INTEGRITY)
    if isinstance(whose, Obstacle):
        await note(call, asked.agent, Change(KIND, None, purpose), caller.application, whose)
        return obstacle(call, whose)
    person = whose
    referent: list[bool] = []

    async def act(doing: Doing) -> Obstacle | Mapping[str, Any]:
        conn, granted, now = doing
        agent, own = granted.agent, granted.agent.organisation.id
        if await organisations.available(conn, keys, own, organisations.FOLLOWING, now) is None:
            return Obstacle.ORGANISATION_UNAVAILABLE
        row = await presence_codes.typed(conn, keys, own, body.code, now)
        if row is None or str(row["person"]) != person:
            return Obstacle.PRESENCE_CODE_WRONG  # used, taken back or erased since
        if await aliases.survivor(conn, keys, person) != person:
            return Obstacle.PRESENCE_CODE_WRONG  # no relation may begin with a file that another stands for
        if await relations.live(conn, keys, person, own, relations.FOLLOWED, now) is not None:
            return Obstacle.ALREADY_FOLLOWED
        await presence_codes.end(conn, keys, row, State.USED, now)
        found = await colleagues.at_work(conn, keys, policy, own, now, only=agent.account.id)
        fits = bool(found) and await colleagues.room_of(conn, own, found[0], now) > 0
        taker = agent.account.id if fits else None
        await relations.begin(conn, keys, person, own, relations.FOLLOWED, referent=taker, at=now)
        referent[:] = [fits]
        return {"code": str(row["id"]), "referent": taker}

    came = await carry_out(call, caller, Change(KIND, person, purpose), proven_present, act)
    if not isinstance(came, Granted):
        return refusal(call, came)
    return json_answer(answers.FollowedByPresence(person, referent[0], came.entry or 0))


async def _whose(call: Call, agent: Agent, text: str) -> PersonId | Obstacle:
    """Whose code waits at the agent's organisation; else it counts as a wrong one. Raises Forged."""
    keys, own = call.services.keys, agent.organisation.id
    counts = ((Limit.PRESENCE_OF_ACCOUNT, agent.account.id), (Limit.PRESENCE_OF_OFFICE, own))
    async with call.services.pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        for limit, place in counts:
            if await attempts.exhausted(conn, keys, limit, place, now):
                return Obstacle.PRESENCE_TRIES
        row = await presence_codes.typed(conn, keys, own, text, now)
        if row is not None:
            return PersonId(str(row["person"]))
        for limit, place in counts:
            await attempts.within(conn, keys, limit, place, now)
    return Obstacle.PRESENCE_CODE_WRONG


ROUTES: Final[Routes] = {("POST", "/v1/relations/by-presence"): follow}
