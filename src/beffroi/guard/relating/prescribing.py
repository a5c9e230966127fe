"""POST /v1/relations/organisations, prescribe, end, give-back: a training organisation knows a person for a time."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

import msgspec

from beffroi.core.ids import OrganisationId, PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.core.relating import GIVEN, Obstacle, ending, giving, giving_back, is_lasting
from beffroi.guard.answers import relating as answers
from beffroi.guard.answers.shape import Nothing, Place
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_action
from beffroi.guard.relating import organisations, relations
from beffroi.guard.relating.bodies import Ending, GivingBack, Organisations, Prescribing
from beffroi.guard.relating.commanding import Change, Doing, carry_out, refusal
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_ORGANISATIONS: Final = msgspec.json.Decoder(Organisations)
_PRESCRIBING: Final = msgspec.json.Decoder(Prescribing)
_ENDING: Final = msgspec.json.Decoder(Ending)
_GIVING_BACK: Final = msgspec.json.Decoder(GivingBack)
_KINDS: Final = {"following": organisations.FOLLOWING, "training": organisations.TRAINING}


def begins(day: date) -> datetime:
    """The first instant of a day in Europe/Paris."""
    return datetime.combine(day, time(), PARIS)


def ends(day: date) -> datetime:
    """The first instant after a day in Europe/Paris."""
    return begins(day if day == date.max else day + timedelta(days=1))


async def list_organisations(call: Call) -> Answer:
    """Other organisations by their public names: those that follow people, or those that train them."""
    body = bodies.read(call, _ORGANISATIONS)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = await organisations.at_work(work.conn, work.keys, _KINDS[body.which], work.now)
        places = [Place(str(row["id"]), row["name"]) for row in rows if str(row["id"]) != by.organisation.id]
        return json_answer(answers.Organisations(tuple(places)))

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


async def prescribe(call: Call) -> Answer:
    """Let a training organisation know a person whom one's office follows, until a day. Again: another end."""
    body, caller = bodies.read(call, _PRESCRIBING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy = call.services.keys, call.services.policy
    person, place, until_at = PersonId(body.person), OrganisationId(body.organisation), ends(body.until_on)

    async def act(doing: Doing) -> Obstacle | dict[str, str]:
        conn, _, now = doing
        if await organisations.available(conn, keys, place, organisations.TRAINING, now) is None:
            return Obstacle.ORGANISATION_UNAVAILABLE
        if not is_lasting(until_at, now, policy):
            return Obstacle.RELATION_DATE
        row = await relations.live(conn, keys, person, place, body.kind, now)
        if row is None:
            await relations.begin(conn, keys, person, place, body.kind, referent=None, at=now, until_at=until_at)
        else:
            await relations.extend(conn, keys, row, until_at)
        return {"kind": body.kind, "organisation": place, "until": body.until_on.isoformat()}

    law = partial(giving, to=place)
    came = await carry_out(call, caller, Change("prescribed", person, PurposeCode(body.purpose)), law, act)
    if not isinstance(came, Granted):
        return refusal(call, came)
    return json_answer(answers.Related(person, came.entry or 0, until_at))


async def end(call: Call) -> Answer:
    """Let a training organisation know a person no longer. It draws on the people handed over."""
    body, caller = bodies.read(call, _ENDING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys = call.services.keys
    person, place = PersonId(body.person), OrganisationId(body.organisation)

    async def act(doing: Doing) -> Obstacle | dict[str, str]:
        conn, _, now = doing
        row = await relations.live(conn, keys, person, place, body.kind, now)
        if row is None:
            return Obstacle.RELATION_UNKNOWN
        await relations.end(conn, keys, row, now)
        return {"kind": body.kind, "organisation": place}

    came = await carry_out(call, caller, Change("relation-ended", person, PurposeCode(body.purpose)), ending, act)
    return json_answer(Nothing()) if isinstance(came, Granted) else refusal(call, came)


async def give_back(call: Call) -> Answer:
    """Let one's own training organisation know a person no longer; what was prescribed and enrolled ends alike."""
    body, caller = bodies.read(call, _GIVING_BACK), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, person = call.services.keys, PersonId(body.person)

    async def act(doing: Doing) -> Obstacle | dict[str, str]:
        conn, granted, now = doing
        place = granted.agent.organisation.id
        rows = [row for row in await relations.all_live(conn, keys, person, place, now) if row["kind"] in GIVEN]
        if not rows:
            return Obstacle.RELATION_UNKNOWN
        for row in rows:
            await relations.end(conn, keys, row, now)
        return {"kind": ",".join(sorted(row["kind"] for row in rows)), "organisation": place}

    change = Change("relation-ended", person, PurposeCode(body.purpose), Action.UPDATE)
    came = await carry_out(call, caller, change, giving_back, act)
    return json_answer(Nothing()) if isinstance(came, Granted) else refusal(call, came)


ROUTES: Final[Routes] = {
    ("POST", "/v1/relations/organisations"): list_organisations,
    ("POST", "/v1/relations/prescribe"): prescribe,
    ("POST", "/v1/relations/end"): end,
    ("POST", "/v1/relations/give-back"): give_back,
}
