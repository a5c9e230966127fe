"""POST /v1/person/presence/places, make, list and take-back: a person at a reception desk proves that they are there.

After a proven identity alone: a code of the office may be in another's hands. The code is told once; what it gives,
and to whom, is :mod:`beffroi.guard.relating.by_presence`'s.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from beffroi.core.ids import OrganisationId
from beffroi.core.personal import Objection
from beffroi.core.presence import MOST_A_DAY, MOST_LIVE, MOST_PLACES, may_make
from beffroi.guard.answers.personal import Place, PresenceCode, PresenceCodes, PresenceMade, PresencePlaces
from beffroi.guard.answers.shape import Nothing
from beffroi.guard.journal import Entry, append
from beffroi.guard.personal import presence_codes
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.relating import organisations, relations
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_KNOWN: Final = "SELECT 1 FROM guard.person WHERE id = $1"


class Searching(bodies.Strict, frozen=True):
    """Body of /v1/person/presence/places: words of an organisation's public name or code."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]


class Making(bodies.Strict, frozen=True):
    """Body of /v1/person/presence/make: at whose desk one stands."""

    organisation: bodies.PersonText


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/person/presence/list."""


class TakingBack(bodies.Strict, frozen=True):
    """Body of /v1/person/presence/take-back: the id of one's own code."""

    code: bodies.PersonText


_SEARCHING: Final = msgspec.json.Decoder(Searching)
_MAKING: Final = msgspec.json.Decoder(Making)
_LISTING: Final = msgspec.json.Decoder(Listing)
_TAKING_BACK: Final = msgspec.json.Decoder(TakingBack)


async def places(call: Call) -> Answer:
    """Organisations at work that follow people, by words of their public names; twenty at most."""
    body, keys = bodies.read(call, _SEARCHING), call.services.keys

    async def act(here: Present) -> Answer:
        if not await attempts.within(here.conn, keys, Limit.PLACES, here.person, here.now):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        kinds, most = organisations.FOLLOWING, MOST_PLACES + 1
        found = await organisations.named(here.conn, keys, kinds, body.name, here.now, most)
        told = tuple(Place(str(row["id"]), row["name"]) for row in found[:MOST_PLACES])
        return json_answer(PresencePlaces(told, len(found) > MOST_PLACES))

    return await with_person(call, act, writes=False, identified=True)


async def make(call: Call) -> Answer:
    """A code for the organisation at whose desk one stands, told once."""
    body, keys = bodies.read(call, _MAKING), call.services.keys

    async def act(here: Present) -> Answer:
        conn, now, organisation = here.conn, here.now, OrganisationId(body.organisation)
        place = await organisations.available(conn, keys, organisation, organisations.FOLLOWING, now)
        followed = await relations.live(conn, keys, here.person, organisation, relations.FOLLOWED, now)
        waiting, today = presence_codes.counted(await presence_codes.own(conn, keys, here.person, now), now)
        way = may_make(
            available=place is not None, follows=followed is not None, waits=organisation in waiting,
            waiting=len(waiting), made_today=today,
        )  # fmt: skip
        if way is None and await conn.fetchval(_KNOWN, here.person) is None:
            way = Objection.FILE_GONE
        if way is not None or place is None:
            return problems.reply(call, way or Objection.PRESENCE_PLACE)
        id_, code, until_at = await presence_codes.make(conn, keys, here.person, organisation, now)
        await append(conn, [_entry(call, here, "presence-code-made", organisation, id_)])
        return json_answer(PresenceMade(id_, code, place["name"], until_at), 201)

    return await with_person(call, act, writes=True, identified=True)


async def listed(call: Call) -> Answer:
    """One's codes of the last thirty days, what became of each, and how many more one may make now."""
    bodies.read(call, _LISTING)
    keys = call.services.keys

    async def act(here: Present) -> Answer:
        rows = await presence_codes.own(here.conn, keys, here.person, here.now)
        waiting, today = presence_codes.counted(rows, here.now)
        told = tuple(
            PresenceCode(
                str(row["id"]), row["name"], presence_codes.law_of(row).state_at(here.now).value, row["made_at"],
                row["expires_at"], row["ended_at"],
            )
            for row in rows
        )  # fmt: skip
        return json_answer(PresenceCodes(told, max(0, min(MOST_LIVE - len(waiting), MOST_A_DAY - today))))

    return await with_person(call, act, writes=False, identified=True)


async def take_back(call: Call) -> Answer:
    """End a code that nobody used."""
    body, keys = bodies.read(call, _TAKING_BACK), call.services.keys

    async def act(here: Present) -> Answer:
        row = await presence_codes.take_back(here.conn, keys, here.person, body.code, here.now)
        if row is None:
            return problems.reply(call, Objection.PRESENCE_CODE_OVER)
        entry = _entry(call, here, "presence-code-taken-back", str(row["organisation"]), body.code)
        await append(here.conn, [entry])
        return json_answer(Nothing())

    return await with_person(call, act, writes=True, identified=True)


def _entry(call: Call, here: Present, kind: str, organisation: str, code: str) -> Entry:
    return Entry(
        here.now, kind, here.person, session=here.id, organisation=organisation,
        application=here.session["application"], policy=call.services.policy.version, detail=f'{{"code":"{code}"}}',
    )  # fmt: skip


ROUTES: Final[Routes] = {
    ("POST", "/v1/person/presence/places"): places,
    ("POST", "/v1/person/presence/make"): make,
    ("POST", "/v1/person/presence/list"): listed,
    ("POST", "/v1/person/presence/take-back"): take_back,
}
