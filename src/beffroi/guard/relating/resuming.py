"""POST /v1/relations/resume: a person whom nobody follows comes back, and the office that receives them follows.

They were found by a search of the day, a registration's search for duplicates included: charged, journaled, shown to
the person. A file that was archived is archived no more from this transaction on.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.relating import Obstacle, receiving
from beffroi.guard.answers import erasing as answers
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.relating import colleagues, organisations, relations
from beffroi.guard.relating.bodies import Resuming
from beffroi.guard.relating.commanding import Change, Doing, carry_out, refusal
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_RESUMING: Final = msgspec.json.Decoder(Resuming)
_KNOWN: Final = "SELECT 1 FROM guard.person WHERE id = $1"
_FOLLOWED: Final = """
SELECT 1 FROM guard.relation
WHERE person = $1 AND kind = 'followed' AND since_at <= $2 AND (until_at IS NULL OR until_at > $2) LIMIT 1
"""


async def resume(call: Call) -> Answer:
    """Follow somebody again; the agent becomes the referent where the portfolio has room."""
    body, caller = bodies.read(call, _RESUMING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy, person = call.services.keys, call.services.policy, PersonId(body.person)
    referent: list[bool] = []

    async def act(doing: Doing) -> Obstacle | Mapping[str, Any]:
        conn, granted, now = doing
        agent = granted.agent
        own = agent.organisation.id
        if await organisations.available(conn, keys, own, organisations.FOLLOWING, now) is None:
            return Obstacle.ORGANISATION_UNAVAILABLE
        if await conn.fetchval(_KNOWN, person) is None:
            return Obstacle.RELATION_UNKNOWN  # erased since
        if await conn.fetchval(_FOLLOWED, person, now) is not None:
            return Obstacle.ALREADY_FOLLOWED
        found = await colleagues.at_work(conn, keys, policy, own, now, only=agent.account.id)
        fits = bool(found) and await colleagues.room_of(conn, own, found[0], now) > 0
        await relations.begin(
            conn, keys, person, own, relations.FOLLOWED, referent=agent.account.id if fits else None, at=now
        )
        referent[:] = [fits]
        return {"referent": agent.account.id if fits else None}

    came = await carry_out(call, caller, Change("resumed", person, PurposeCode(body.purpose)), receiving, act)
    if not isinstance(came, Granted):
        return refusal(call, came)
    return json_answer(answers.Resumed(person, referent[0], came.entry or 0))


ROUTES: Final[Routes] = {("POST", "/v1/relations/resume"): resume}
"""The door of coming back."""
