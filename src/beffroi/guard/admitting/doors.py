"""The doors of the admission queue: POST /v1/admissions/list, show, take-up, dismiss.

For account managers of that organisation; for those who hold the duty at the network, of every one.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.guard.admitting import answering, queue
from beffroi.guard.approvals.doors import objected
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.habilitations.access import Applications, Day, Word
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/admissions/list; ``count_only`` asks how many wait, and opens nobody's name."""

    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
    count_only: bool = False


class OneAdmission(bodies.Strict, frozen=True):
    """Body of /v1/admissions/show."""

    admission: bodies.PersonText


class TakingUp(bodies.Strict, frozen=True, omit_defaults=True):
    """Body of /v1/admissions/take-up: what the directory cannot say, and corrections of what it said."""

    admission: bodies.PersonText
    roles: Annotated[tuple[bodies.Code, ...], Meta(min_length=1, max_length=4)]
    applications: Applications
    job: Word
    from_on: Day
    until_on: Day
    site: Word | None = None
    first_name: Word | None = None
    last_name: Word | None = None
    email: Email | None = None


class Dismissing(bodies.Strict, frozen=True):
    """Body of /v1/admissions/dismiss: not known here, needs no access, named twice, or not now."""

    admission: bodies.PersonText
    reason: Literal["not-known", "no-need", "twice", "not-now"]


class Dismissed(msgspec.Struct, frozen=True):
    """Answer of /v1/admissions/dismiss."""

    admission: str


_LISTING: Final = msgspec.json.Decoder(Listing)
_ONE: Final = msgspec.json.Decoder(OneAdmission)
_TAKING: Final = msgspec.json.Decoder(TakingUp)
_DISMISSING: Final = msgspec.json.Decoder(Dismissing)


async def list_(call: Call) -> Answer:
    """Whom directories ask for, the oldest first."""
    body = bodies.read(call, _LISTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await queue.page(work, by, body.page, count_only=body.count_only))

    return await with_duty(call, Duty.REQUEST, act, writes=False)


async def show(call: Call) -> Answer:
    """One of them, with the roles one may ask for there, and in which applications."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        found = await queue.one(work, by, body.admission)
        return objected(call, found) if isinstance(found, Objection) else json_answer(found)

    return await with_duty(call, Duty.REQUEST, act, writes=False)


async def take_up(call: Call) -> Answer:
    """Make the request for access that the directory cannot make."""
    body = bodies.read(call, _TAKING)
    said = msgspec.to_builtins(body)
    admission = said.pop("admission")

    async def act(work: Work, by: OnDuty) -> Answer:
        made = await answering.take_up(work, by, admission, said)
        if isinstance(made, Objection):
            return objected(call, made)
        return json_answer({"request": str(made["id"]), "needed": made["needed"]}, 201)

    return await with_duty(call, Duty.REQUEST, act, writes=True)


async def dismiss(call: Call) -> Answer:
    """No request comes of it."""
    body = bodies.read(call, _DISMISSING)

    async def act(work: Work, by: OnDuty) -> Answer:
        found = await answering.dismiss(work, by, body.admission, body.reason)
        return json_answer(Dismissed(body.admission)) if found is None else objected(call, found)

    return await with_duty(call, Duty.REQUEST, act, writes=True)


ROUTES: Final[Routes] = {
    ("POST", "/v1/admissions/list"): list_,
    ("POST", "/v1/admissions/show"): show,
    ("POST", "/v1/admissions/take-up"): take_up,
    ("POST", "/v1/admissions/dismiss"): dismiss,
}
