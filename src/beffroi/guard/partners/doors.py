"""The HTTP doors of partners: POST /v1/partners/list, show, end, checklist, audit…; /v1/roster/list and remove.

What cuts off or records takes one person here; what opens, extends or changes is a request (``/v1/requests/make``).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import OrganisationId
from beffroi.core.partner_audit import Answer as Said
from beffroi.core.partner_lists import List
from beffroi.core.partners import State
from beffroi.guard.approvals.doors import objected
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.partners import audits, lists, roster, telling, terms, writing
from beffroi.guard.partners.changing import unknown
from beffroi.guard.partners.holding import locked
from beffroi.guard.partners.terms import Day
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

Proof = Annotated[str, Meta(min_length=3, max_length=300, pattern=r"\S")]
Reason = Literal["expired", "terminated", "incident", "breach-of-contract", "closed-down"]


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/partners/list."""

    state: Literal["onboarding", "open", "offboarding", "closed"] | None = None
    overdue: bool = False
    text: Annotated[str, Meta(max_length=80)] = ""
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class OnePartner(bodies.Strict, frozen=True):
    """Body of /v1/partners/show."""

    organisation: bodies.PersonText


class Ending(bodies.Strict, frozen=True):
    """Body of /v1/partners/end: at once, or after a last day that is earlier than the contract's."""

    organisation: bodies.PersonText
    reason: Reason
    until_on: Day | None = None


class Ticking(bodies.Strict, frozen=True):
    """Body of /v1/partners/checklist; ``proof`` null takes an item back."""

    organisation: bodies.PersonText
    list: Literal["onboarding", "offboarding"]
    item: bodies.Code
    proof: Proof | None


class AuditOpening(bodies.Strict, frozen=True):
    """Body of /v1/partners/audits/open."""

    organisation: bodies.PersonText
    due_on: Day


class OneAudit(bodies.Strict, frozen=True):
    """Body of /v1/partners/audits/show and close."""

    audit: bodies.PersonText


class Answering(bodies.Strict, frozen=True):
    """Body of /v1/partners/audits/answer."""

    audit: bodies.PersonText
    question: bodies.Code
    answer: Literal["yes", "partly", "no", "not-concerned"]
    evidence: Annotated[str, Meta(max_length=1_000)] = ""


class Correcting(bodies.Strict, frozen=True):
    """Body of /v1/partners/audits/correct; without a day, the correction is made."""

    audit: bodies.PersonText
    question: bodies.Code
    due_on: Day | None = None


class RosterListing(bodies.Strict, frozen=True):
    """Body of /v1/roster/list; one's own organisation when it is not said."""

    organisation: bodies.PersonText | None = None


class RosterRemoval(bodies.Strict, frozen=True):
    """Body of /v1/roster/remove: a domain, or an address typed in full."""

    organisation: bodies.PersonText | None = None
    domain: roster.Domain | None = None
    email: Email | None = None


Run = Callable[[Work, OnDuty, Any], Awaitable[Any]]


def _door(
    body: type[Any], duty: Duty, run: Run, *, writes: bool, status: int = 200
) -> Callable[[Call], Awaitable[Answer]]:
    """A door that reads this body, does this on that duty, and answers what came of it or why not."""
    decoder = msgspec.json.Decoder(body)

    async def door(call: Call) -> Answer:
        asked = bodies.read(call, decoder)

        async def act(work: Work, by: OnDuty) -> Answer:
            done = await run(work, by, asked)
            if isinstance(done, Objection):
                return objected(call, done)
            return json_answer({} if done is None else done, status)

        return await with_duty(call, duty, act, writes=writes)

    return door


async def _list(work: Work, by: OnDuty, asked: Listing) -> Any:
    state = None if asked.state is None else State(asked.state)
    return await telling.listed(work, by, state=state, overdue=asked.overdue, text=asked.text, page=asked.page)


async def _show(work: Work, by: OnDuty, asked: OnePartner) -> Any:
    return await telling.shown(work, by, OrganisationId(asked.organisation))


async def _end(work: Work, by: OnDuty, asked: Ending) -> Any:
    organisation = OrganisationId(asked.organisation)
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found = await locked(work, organisation)
    if found is None:
        return await unknown(work, organisation)
    until_at = work.now
    if asked.until_on is not None:
        terms.day(asked.until_on, "until_on")
        until_at = terms.after(asked.until_on)
        if not work.now < until_at < found.organisation["contract_until"]:
            return Objection.PERIOD_WRONG
    if found.state(work) in (State.OFFBOARDING, State.CLOSED):
        return Objection.PARTNER_STATE
    return {"sessions": await writing.end(work, found, until_at, by=by.account.id, reason=asked.reason)}


async def _tick(work: Work, by: OnDuty, asked: Ticking) -> Any:
    return await lists.tick(work, by, OrganisationId(asked.organisation), List(asked.list), asked.item, asked.proof)


async def _open_audit(work: Work, by: OnDuty, asked: AuditOpening) -> Any:
    terms.day(asked.due_on, "due_on")
    begun = await audits.begin(work, by, OrganisationId(asked.organisation), terms.after(asked.due_on))
    return begun if isinstance(begun, Objection) else {"audit": begun}


async def _show_audit(work: Work, by: OnDuty, asked: OneAudit) -> Any:
    return await telling.audit_shown(work, by, asked.audit)


async def _answer(work: Work, by: OnDuty, asked: Answering) -> Any:
    evidence = " ".join(asked.evidence.split())
    return await audits.answer(work, by, asked.audit, asked.question, Said(asked.answer), evidence)


async def _correct(work: Work, by: OnDuty, asked: Correcting) -> Any:
    due_at = None
    if asked.due_on is not None:
        terms.day(asked.due_on, "due_on")
        due_at = terms.after(asked.due_on)
    return await audits.correct(work, by, asked.audit, asked.question, due_at)


async def _close_audit(work: Work, by: OnDuty, asked: OneAudit) -> Any:
    return await audits.close(work, by, asked.audit)


async def _roster(work: Work, by: OnDuty, asked: RosterListing) -> Any:
    organisation = OrganisationId(asked.organisation or by.organisation.id)
    name = await roster.named(work, organisation) if by.reaches(organisation) else None
    if name is None:
        return Objection.UNKNOWN_PARTNER
    told = {"organisation": {"id": organisation, "name": name}}
    return told | await roster.held(work, organisation)


async def _remove(work: Work, by: OnDuty, asked: RosterRemoval) -> Any:
    if (asked.domain is None) == (asked.email is None):
        raise Malformed("$", "a domain or an address")
    organisation = OrganisationId(asked.organisation or by.organisation.id)
    return await roster.remove(work, by, organisation, domain=asked.domain, email=asked.email)


_READ, _WRITE = Duty.INVENTORY, Duty.PARTNERS
ROUTES: Final[Routes] = {
    ("POST", "/v1/partners/list"): _door(Listing, _READ, _list, writes=False),
    ("POST", "/v1/partners/show"): _door(OnePartner, _READ, _show, writes=False),
    ("POST", "/v1/partners/end"): _door(Ending, _WRITE, _end, writes=True),
    ("POST", "/v1/partners/checklist"): _door(Ticking, _WRITE, _tick, writes=True),
    ("POST", "/v1/partners/audits/open"): _door(AuditOpening, _WRITE, _open_audit, writes=True, status=201),
    ("POST", "/v1/partners/audits/show"): _door(OneAudit, _READ, _show_audit, writes=False),
    ("POST", "/v1/partners/audits/answer"): _door(Answering, _WRITE, _answer, writes=True),
    ("POST", "/v1/partners/audits/correct"): _door(Correcting, _WRITE, _correct, writes=True),
    ("POST", "/v1/partners/audits/close"): _door(OneAudit, _WRITE, _close_audit, writes=True),
    ("POST", "/v1/roster/list"): _door(RosterListing, _READ, _roster, writes=False),
    ("POST", "/v1/roster/remove"): _door(RosterRemoval, _WRITE, _remove, writes=True),
}
