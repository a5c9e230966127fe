"""The HTTP doors that show the journal: POST /v1/consultations, /v1/journal/entries, /v1/journal/entry and its proof.

For security officers: those of an organisation see its entries, those of the network see all. Nothing is charged and
nothing is journaled: entries hold no name of a person followed, and cannot be searched by one; that question is asked
as an investigation, which leaves an entry of its own.
"""

import logging
from typing import Final

import msgspec

from beffroi.core.duty import Duty
from beffroi.guard.consultations.answers import Numbered, Proof, Searched, Watched
from beffroi.guard.consultations.reading import Reading
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.sealing import handing_out
from beffroi.guard.sealing.handing_out import Given, Standing
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.consultations")
_WATCHED: Final = msgspec.json.Decoder(Watched)
_SEARCHED: Final = msgspec.json.Decoder(Searched)
_NUMBERED: Final = msgspec.json.Decoder(Numbered)


async def consultations(call: Call) -> Answer:
    """The last hour, by application, organisation or account."""
    wanted = bodies.read(call, _WATCHED)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await _reading(work, by).live(wanted.by))

    return await with_duty(call, Duty.WATCH, act, writes=False)


async def entries(call: Call) -> Answer:
    """A page of the journal. Raises Malformed for an instant without its offset from UTC."""
    wanted = bodies.read(call, _SEARCHED)
    for name in ("from_at", "until_at"):
        instant = getattr(wanted, name)
        if instant is not None and instant.tzinfo is None:
            raise Malformed(name, "an instant with its offset from UTC")

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await _reading(work, by).entries(wanted))

    return await with_duty(call, Duty.WATCH, act, writes=False)


async def entry(call: Call) -> Answer:
    """One entry of the journal."""
    number = bodies.read(call, _NUMBERED).entry

    async def act(work: Work, by: OnDuty) -> Answer:
        found = await _reading(work, by).entry(number)
        if found is None:
            return problems.reply(call, Fault.NOT_FOUND)
        return json_answer(found)

    return await with_duty(call, Duty.WATCH, act, writes=False)


async def proof(call: Call) -> Answer:
    """The proof of one entry in the published log; it shows what the entry door shows, and its salt."""
    number = bodies.read(call, _NUMBERED).entry
    log = call.services.settings.log

    async def act(work: Work, by: OnDuty) -> Answer:
        if await _reading(work, by).entry(number) is None:
            return problems.reply(call, Fault.NOT_FOUND)
        try:
            given = log and await handing_out.of_entry(work.conn, work.keys, log.store, number)
        except handing_out.UNREADABLE as error:
            _LOG.error("the log cannot be read: %s", error)
            return json_answer(Proof(number, "unreadable", "", 0, None, None))
        found = given or Given(Standing.WAITING)
        text = None if found.proof is None else found.proof.decode()
        return json_answer(Proof(number, found.standing.value, found.origin, found.size, found.position, text))

    return await with_duty(call, Duty.WATCH, act, writes=False)


def _reading(work: Work, by: OnDuty) -> Reading:
    return Reading(work.conn, work.keys, work.policy, work.now, None if by.everywhere else by.organisation.id)


ROUTES: Final[Routes] = {
    ("POST", "/v1/consultations"): consultations,
    ("POST", "/v1/journal/entries"): entries,
    ("POST", "/v1/journal/entry"): entry,
    ("POST", "/v1/journal/proof"): proof,
}
