"""POST /v1/person-requests/words: what a person wrote with a request made on line, for who answers it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.core.person_rights import MOVES, Objection, Standing
from beffroi.core.refusals import Code
from beffroi.guard.answers.person_rights import Words
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.person_rights.answering import Taken, taken
from beffroi.guard.person_rights.bodies import OfPerson
from beffroi.guard.person_rights.register import text_label
from beffroi.guard.signin.integrity import report
from beffroi.guard.vault import sealing
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_BODY: Final = msgspec.json.Decoder(OfPerson)
_SEALED: Final = """
SELECT t.id, t.person, t.sealed, p.wrapped_key, p.epoch FROM guard.person_request_text t
JOIN guard.person p ON p.id = t.person WHERE t.id = ANY ($1::uuid[])
"""


async def texts_of(conn: Any, keys: "Keys", requests: Sequence[str]) -> dict[str, str]:
    """What was written with these requests, by request. Raises SealRefused, WrappedKeyRefused."""
    found = {}
    for row in await conn.fetch(_SEALED, requests):
        owner, label = sealing.owner_bytes(str(row["person"])), text_label(str(row["id"]))
        clear = sealing.unseal_for(keys, owner, row["wrapped_key"], row["epoch"], label, row["sealed"])
        found[str(row["id"])] = clear.decode()
    return found


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
            found = await texts_of(conn, call.services.keys, [body.request])
    except (SealRefused, WrappedKeyRefused) as error:
        await report(call, error)
        return problems.reply(call, Code.INTEGRITY)
    return json_answer(Words(done.granted.entry or 0, found.get(body.request)))


ROUTES: Final[Routes] = {("POST", "/v1/person-requests/words"): words}
