"""The HTTP doors of requests: POST /v1/requests/options, make, list, show, withdraw.

Nothing here decides a request: that takes the approver's passkey, on a page of the guard (:mod:`.page`).
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty, may_hand_out
from beffroi.guard.approvals import making, showing
from beffroi.guard.approvals.registry import KINDS
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.habilitations.applications import on_offer
from beffroi.guard.sessions import handles
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/requests/list. ``closed`` asks for those that are over; an organisation's are all it has."""

    scope: Literal["mine", "to-decide", "organisation"]
    closed: bool = False
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class OneRequest(bodies.Strict, frozen=True):
    """Body of /v1/requests/show and withdraw."""

    request: bodies.PersonText


class Making(bodies.Strict, frozen=True):
    """Body of /v1/requests/make: the kind, and what that kind's own type demands."""

    kind: bodies.Code
    body: msgspec.Raw


_LISTING: Final = msgspec.json.Decoder(Listing)
_ONE: Final = msgspec.json.Decoder(OneRequest)
_MAKING: Final = msgspec.json.Decoder(Making)


def objected(call: Call, objection: Objection) -> Answer:
    """The problem document of an objection."""
    return problems.reply(call, objection)


async def options(call: Call) -> Answer:
    """What this person may ask for at their own organisation: the roles they may hand out, the open applications."""

    async def act(work: Work, by: OnDuty) -> Answer:
        roles = [
            {"code": code, "label": role.label._asdict(), "kind": role.kind.value}
            for code, role in work.policy.roles.items()
            if may_hand_out(by.role, by.organisation.kind, role, by.organisation.kind)
        ]
        applications = [{"code": code, "name": name} for code, name in (await on_offer(work.conn, work.keys)).items()]
        kinds = [kind.code for kind in KINDS.values()]
        return json_answer({"roles": roles, "applications": applications, "kinds": kinds})

    return await with_duty(call, Duty.REQUEST, act, writes=False)


async def make(call: Call) -> Answer:
    """Make a request."""
    asked = bodies.read(call, _MAKING)
    kind = KINDS.get(asked.kind)
    if kind is None:
        raise Malformed("$.kind", "a kind of request")
    body = _read(asked.body, kind.body)

    async def act(work: Work, by: OnDuty) -> Answer:
        made = await making.make(work, by, kind, body)
        if isinstance(made, Objection):
            return objected(call, made)
        return json_answer({"request": str(made["id"]), "needed": made["needed"]}, 201)

    return await with_duty(call, kind.duty, act, writes=True)


async def list_requests(call: Call) -> Answer:
    """A page of requests: one's own, those one has to decide, or an organisation's."""
    body = bodies.read(call, _LISTING)
    duty = Duty.APPROVE if body.scope == "to-decide" else Duty.INVENTORY

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await showing.listed(work, by, body.scope, closed=body.closed, page=body.page))

    return await with_duty(call, duty, act, writes=False)


async def show(call: Call) -> Answer:
    """One request; with where to go to decide it, for whoever may."""
    body, caller = bodies.read(call, _ONE), caller_of(call)

    async def act(work: Work, by: OnDuty) -> Answer:
        told = await showing.shown(work, by, body.request)
        if isinstance(told, Objection):
            return objected(call, told)
        if told["objection"] is None and isinstance(caller, Caller):
            told["decide_url"] = page_url(call, caller, f"/approvals?request={body.request}")
        return json_answer(told)

    return await with_duty(call, Duty.INVENTORY, act, writes=False)


async def withdraw(call: Call) -> Answer:
    """Take back one's own request."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        done = await making.withdraw(work, by, body.request)
        return objected(call, done) if isinstance(done, Objection) else json_answer({"request": body.request})

    # Whoever could make it, on whatever duty, may take it back; whose it is, the command looks at.
    return await with_duty(call, Duty.INVENTORY, act, writes=True)


def page_url(call: Call, caller: Caller, page: str) -> str:
    """A page of the guard for this very session; the application adds who it is and where to come back."""
    services = call.services
    reference = handles.step_reference(services.keys.session, caller.handle_hash)
    return f"{services.settings.public_url}{page}&step={reference}"


def _read(raw: msgspec.Raw, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        found = bodies.explained(error)
        raise Malformed(f"$.body{found.where.removeprefix('$')}", found.expected) from None


ROUTES: Final[Routes] = {
    ("POST", "/v1/requests/options"): options,
    ("POST", "/v1/requests/make"): make,
    ("POST", "/v1/requests/list"): list_requests,
    ("POST", "/v1/requests/show"): show,
    ("POST", "/v1/requests/withdraw"): withdraw,
}
