"""POST /v1/person/self: under which random ids the console keeps hours of this person, and names of who follows them.

After a proven identity alone. No field of anybody leaves: ids are what the console's own tables are kept by.
"""

from typing import Final

import msgspec

from beffroi.guard.answers.personal import Named, Oneself
from beffroi.guard.merging import aliases
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.relating import relations
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer


class Asking(bodies.Strict, frozen=True):
    """Body of /v1/person/self."""


_BODY: Final = msgspec.json.Decoder(Asking)


async def read(call: Call) -> Answer:
    """Ids of this person, the file's own and those of files that became one with it; who follows them."""
    bodies.read(call, _BODY)
    keys = call.services.keys

    async def act(here: Present) -> Answer:
        rows = await relations.known_by(here.conn, keys, here.person, here.now)
        places = {str(row["organisation"]): str(row["name"]) for row in rows}
        family = sorted(await aliases.family(here.conn, keys, here.person))
        return json_answer(Oneself(tuple(family), tuple(Named(id_, name) for id_, name in places.items())))

    return await with_person(call, act, writes=False, identified=True)


ROUTES: Final[Routes] = {("POST", "/v1/person/self"): read}
