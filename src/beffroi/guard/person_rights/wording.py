"""POST /v1/person-requests/words: what a person wrote with a request made on line, for who answers it."""

from typing import Final

import msgspec

from beffroi.core.person_rights import MOVES, Objection, Standing
from beffroi.core.refusals import Code
from beffroi.guard.answers.person_rights import Words
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.person_rights.answering import Taken, taken
from beffroi.guard.person_rights.bodies import OfPerson
from beffroi.guard.person_rights.writing import Text, texts_of
from beffroi.guard.signin.integrity import report
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_BODY: Final = msgspec.json.Decoder(OfPerson)


def _may_read(_: str, standing: Standing) -> Objection | None:
    """While the request is open: what is closed is read no more."""
    return None if MOVES[standing.state] else Objection.MOVE


async def words(call: Call) -> Answer:
    """The text; null where the request has none."""
    body = bodies.read(call, _BODY)
    done = await taken(call, body, _may_read)
    if not isinstance(done, Taken):
        return done
    try:
        async with call.services.pool.acquire() as conn:
            found = await texts_of(conn, call.services.keys, Text.REQUEST, [body.request])
    except (SealRefused, WrappedKeyRefused) as error:
        await report(call, error)
        return problems.reply(call, Code.INTEGRITY)
    return json_answer(Words(done.granted.entry or 0, found.get(body.request)))


ROUTES: Final[Routes] = {("POST", "/v1/person-requests/words"): words}
