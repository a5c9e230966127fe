"""The HTTP doors of containment: POST /v1/containments/options, preview, make, suspend, list.

Cutting takes one person, and giving back two: lifting and restoring are requests (:mod:`.requests`).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.containing import NAMED, REASONS, Extent
from beffroi.core.duty import Duty
from beffroi.core.fields import NAME_OF, mask_of
from beffroi.core.ids import AccountId
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard.approvals.doors import objected
from beffroi.guard.containing import cost, cutting, listing, permission, scopes
from beffroi.guard.containing.scopes import By, ContainingRefused, Scope
from beffroi.guard.containing.words import EVERY_ONE, KINDS
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.vault import blind
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

Kinds = Literal["everything", "application", "organisation", "line", "account", "groups", "files"]


class Target(bodies.Strict, frozen=True):
    """Body of /v1/containments/preview. An account or a line is named by ``scope``, its id, or by ``email``."""

    kind: Kinds
    scope: Annotated[str, Meta(max_length=64)] | None = None
    email: Email | None = None
    groups: bodies.GroupNames = ()


class Cutting(bodies.Strict, frozen=True):
    """Body of /v1/containments/make: what to cut, by id, and why, out of the short list."""

    kind: Kinds
    reason: bodies.Code
    scope: Annotated[str, Meta(max_length=64)] | None = None
    groups: bodies.GroupNames = ()


class Suspending(bodies.Strict, frozen=True):
    """Body of /v1/containments/suspend."""

    account: bodies.PersonText
    reason: bodies.Code


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/containments/list: what is cut now, or what is over."""

    over: bool = False
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


_TARGET: Final = msgspec.json.Decoder(Target)
_CUTTING: Final = msgspec.json.Decoder(Cutting)
_SUSPENDING: Final = msgspec.json.Decoder(Suspending)
_LISTING: Final = msgspec.json.Decoder(Listing)
_PLACES: Final = """
SELECT id, name FROM guard.organisation WHERE active AND ($1::uuid IS NULL OR id = $1) ORDER BY name
"""
_APPLICATIONS: Final = "SELECT id, name FROM guard.application WHERE open ORDER BY name, id"


async def options(call: Call) -> Answer:
    """What can be cut, and the reasons to choose from."""

    async def act(work: Work, by: OnDuty) -> Answer:
        applications = await work.conn.fetch(_APPLICATIONS) if by.everywhere else []
        organisations = await work.conn.fetch(_PLACES, None if by.everywhere else by.organisation.id)
        kinds = [code for code in KINDS if by.everywhere or code in (*NAMED, Extent.ORGANISATION, Extent.FILES)]
        every_one = EVERY_ONE if by.everywhere else {}
        return json_answer(
            {
                "kinds": [{"code": code, "label": KINDS[code]._asdict()} for code in kinds],
                "reasons": [{"code": code, "label": label._asdict()} for code, label in REASONS.items()],
                "groups": list(NAME_OF.values()),
                "applications": [{"id": row["id"], "name": row["name"]} for row in applications],
                "organisations": [{"id": str(row["id"]), "name": row["name"]} for row in organisations],
                "organisation_kinds": [{"code": code, "label": each._asdict()} for code, each in every_one.items()],
            }
        )

    return await with_duty(call, Duty.CONTAIN, act, writes=False)


async def preview(call: Call) -> Answer:
    """What cutting this would cost, and what would stay up; changes nothing."""
    body = bodies.read(call, _TARGET)

    async def act(work: Work, by: OnDuty) -> Answer:
        scope = await _resolved(work, body)
        if not await permission.reaches(work, by, scope.extent.value, scope.scope):
            return objected(call, Objection.NOTHING_TO_CUT)
        told, people = await cost.preview(work, scope)
        row = {"kind": scope.extent.value, "scope": scope.scope, "made_by": None}
        named = await listing.names(work, [row])
        against = await permission.objection(work, by, scope)
        return json_answer(
            {
                "kind": scope.extent.value, "label": KINDS[scope.extent]._asdict(), "scope": scope.scope,
                "name": named.get(scope.scope, ""), "groups": list(body.groups), "people": people,
                "cost": told._asdict(), "objection": against and against.value,
            }
        )  # fmt: skip

    return await _answered(call, Duty.CONTAIN, act, writes=False)


async def make(call: Call) -> Answer:
    """Cut it off; effective on every decision that begins after the answer."""
    body = bodies.read(call, _CUTTING)
    reason = _reason(body.reason)

    async def act(work: Work, by: OnDuty) -> Answer:
        scope = await _resolved(work, Target(body.kind, body.scope, None, body.groups))
        against = await permission.objection(work, by, scope)
        if against is not None:
            return objected(call, against)
        done = await cutting.cut_off(work, scope, reason, _by(by))
        return json_answer({"containment": done.id, "accounts": done.accounts, "sessions": done.sessions}, 201)

    return await _answered(call, Duty.CONTAIN, act, writes=True)


async def suspend(call: Call) -> Answer:
    """Suspend one account; a manager only of his own organisation, and few."""
    body = bodies.read(call, _SUSPENDING)
    reason = _reason(body.reason)

    async def act(work: Work, by: OnDuty) -> Answer:
        against = await permission.to_suspend(work, by, AccountId(body.account))
        if against is not None:
            return objected(call, against)
        return json_answer({"sessions": await cutting.suspend(work, AccountId(body.account), reason, _by(by))})

    return await _answered(call, Duty.SUSPEND, act, writes=True)


async def list_cuts(call: Call) -> Answer:
    """What is cut now or was: who, when, why, how many sessions ended."""
    body = bodies.read(call, _LISTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await listing.listed(work, by, over=body.over, page=body.page))

    return await with_duty(call, Duty.CONTAIN, act, writes=False)


async def _answered(
    call: Call, duty: Duty, act: Callable[[Work, OnDuty], Awaitable[Answer]], *, writes: bool
) -> Answer:
    try:
        return await with_duty(call, duty, act, writes=writes)
    except ContainingRefused as refused:
        return objected(call, refused.objection)


async def _resolved(work: Work, target: Target) -> Scope:
    """The scope that a body names. Raises Malformed or ContainingRefused."""
    extent, scope = Extent(target.kind), target.scope or ""
    if extent in NAMED and target.email is not None:
        index = blind.agent_email(work.keys, target.email)
        if isinstance(index, NormalisationRefusal):
            raise ContainingRefused("The address is wrong.", Objection.ADDRESS_WRONG)
        found = await work.conn.fetchval("SELECT id FROM guard.account WHERE email_index = $1", index)
        if found is None:
            raise ContainingRefused("There is no such account.", Objection.NOTHING_TO_CUT)
        scope = str(found)
    groups = mask_of(target.groups)
    try:
        return scopes.read(extent, scope, groups or 0)
    except ContainingRefused as refused:
        raise Malformed("$.groups" if extent is Extent.GROUPS else "$.scope", str(refused)) from None


def _reason(code: str) -> str:
    if code not in REASONS:
        raise Malformed("$.reason", "one of the reasons of /v1/containments/options")
    return code


def _by(by: OnDuty) -> By:
    return By(by.account.id, by.session.id, by.organisation.id)


ROUTES: Final[Routes] = {
    ("POST", "/v1/containments/options"): options,
    ("POST", "/v1/containments/preview"): preview,
    ("POST", "/v1/containments/make"): make,
    ("POST", "/v1/containments/suspend"): suspend,
    ("POST", "/v1/containments/list"): list_cuts,
}
