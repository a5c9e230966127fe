"""Doors of leaving: POST /v1/leave, /v1/leave/application, and /v1/leavers/accounts, list, confirm, dismiss, import.

For managers, of their own organisation alone; for security officers and whoever acts from the network, anywhere they
reach. Every answer names people within that scope and no further.
"""

from datetime import date
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId
from beffroi.core.policy import RoleKind
from beffroi.guard import stamped
from beffroi.guard.approvals.doors import objected
from beffroi.guard.containing import permission
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.sweeping import departures, leaving, narrowing, personnel_file, roll
from beffroi.guard.sweeping.leavers import Source, Standing
from beffroi.guard.sweeping.personnel_file import PersonnelFile
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

Address = Annotated[str, Meta(min_length=3, max_length=320)]


class Leave(bodies.Strict, frozen=True):
    """Body of /v1/leave; without ``organisation``, one's own."""

    account: bodies.PersonText
    organisation: bodies.PersonText | None = None


class LeaveApplication(bodies.Strict, frozen=True):
    """Body of /v1/leave/application."""

    habilitation: bodies.PersonText
    application: bodies.Code


class Roll(bodies.Strict, frozen=True):
    """Body of /v1/leavers/accounts: a page of the people of an organisation, one's own where none is named."""

    organisation: bodies.PersonText | None = None
    page: Annotated[int, Meta(ge=1, le=1_000)] = 1


class OneLeaver(bodies.Strict, frozen=True):
    """Body of /v1/leavers/confirm and dismiss."""

    leaver: bodies.PersonText


class Waiting(bodies.Strict, frozen=True):
    """Body of /v1/leavers/list."""


class Departure(bodies.Strict, frozen=True):
    """One person of a list given in place of a file."""

    address: Address
    last_day: date


class Import(bodies.Strict, frozen=True):
    """Body of /v1/leavers/import: the text of a CSV file, or a list; nothing is done unless ``apply``."""

    text: Annotated[str, Meta(max_length=personnel_file.CHARACTERS)] | None = None
    people: Annotated[tuple[Departure, ...], Meta(max_length=1_000)] = ()
    organisation: bodies.PersonText | None = None
    apply: bool = False


class WrongLine(msgspec.Struct, frozen=True):
    """A line that could not be read: its number, the field, a code of what was expected; never what it held."""

    line: int
    field: str
    expected: str


class Done(msgspec.Struct, frozen=True):
    """What one turn did, and how many accounts of the file remain: call again until none does."""

    left: int
    waiting: int
    shortened: int
    remaining: int


class Imported(msgspec.Struct, frozen=True):
    """Answer of /v1/leavers/import: what the file means, or, applied, what was done."""

    now: int
    later: int
    unknown: int
    problems: list[WrongLine]
    applied: Done | None


class Left(msgspec.Struct, frozen=True):
    """Answer of /v1/leave: ``left``, or ``waiting`` for somebody of security or of the network."""

    outcome: str


class LeftApplication(msgspec.Struct, frozen=True):
    """Answer of /v1/leave/application; ``left``: applications in which the habilitation still serves. None: it is
    closed."""

    habilitation: str
    application: str
    left: int


class Decided(msgspec.Struct, frozen=True):
    """Answer of /v1/leavers/confirm and dismiss."""

    leaver: str
    status: str


_LEAVE: Final = msgspec.json.Decoder(Leave)
_LEAVE_APPLICATION: Final = msgspec.json.Decoder(LeaveApplication)
_ROLL: Final = msgspec.json.Decoder(Roll)
_ONE: Final = msgspec.json.Decoder(OneLeaver)
_WAITING: Final = msgspec.json.Decoder(Waiting)
_IMPORT: Final = msgspec.json.Decoder(Import)


def _alone(by: OnDuty) -> bool:
    """Whether this person may not send those away who watch over him."""
    return not (by.everywhere or by.role.kind in (RoleKind.SECURITY, RoleKind.FOUNDER))


def _place(by: OnDuty, named: str | None) -> OrganisationId | None:
    """The organisation a command is about; ``None`` when it is out of reach."""
    organisation = by.organisation.id if named is None else OrganisationId(named)
    return organisation if by.reaches(organisation) else None


async def leave(call: Call) -> Answer:
    """Somebody has left: nothing of what they held at the organisation is left to them from the next decision on."""
    body = bodies.read(call, _LEAVE)

    async def act(work: Work, by: OnDuty) -> Answer:
        organisation = _place(by, body.organisation)
        if organisation is None:
            return objected(call, Objection.OUT_OF_REACH)
        alone = _alone(by)
        outcome = await leaving.leave(
            work, AccountId(body.account), organisation, Source.MANAGER, by=by.account.id, alone=alone,
            enough=alone and not await permission.one_more(work, by),
        )  # fmt: skip
        if outcome is leaving.Outcome.UNKNOWN:
            return objected(call, Objection.UNKNOWN_COLLEAGUE)
        return json_answer(Left(outcome.value))

    return await with_duty(call, Duty.LEAVE, act, writes=True)


async def leave_application(call: Call) -> Answer:
    """Somebody needs one application no more: from the next decision on their habilitation does not serve there."""
    body = bodies.read(call, _LEAVE_APPLICATION)

    async def act(work: Work, by: OnDuty) -> Answer:
        ended = await narrowing.end_application(
            work, by, HabilitationId(body.habilitation), ApplicationId(body.application)
        )
        return objected(call, ended) if isinstance(ended, Objection) else json_answer(LeftApplication(*ended))

    return await with_duty(call, Duty.LEAVE, act, writes=True)


async def accounts(call: Call) -> Answer:
    """The people of an organisation: names, roles, last use, warnings, and whether their leaving waits."""
    body = bodies.read(call, _ROLL)

    async def act(work: Work, by: OnDuty) -> Answer:
        organisation = _place(by, body.organisation)
        if organisation is None:
            return objected(call, Objection.OUT_OF_REACH)
        return json_answer(await roll.people(work, organisation, body.page))

    return await with_duty(call, Duty.LEAVE, act, writes=False)


async def waiting(call: Call) -> Answer:
    """Leavings that wait for a person, and what the network must see, within one's reach."""
    bodies.read(call, _WAITING)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await roll.waiting(work, None if by.everywhere else by.organisation.id))

    return await with_duty(call, Duty.LEAVE, act, writes=False)


async def confirm(call: Call) -> Answer:
    """They have left indeed."""
    return await _decide(call, Standing.CONFIRMED)


async def dismiss(call: Call) -> Answer:
    """They are still here."""
    return await _decide(call, Standing.DISMISSED)


async def _decide(call: Call, standing: Standing) -> Answer:
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        row = await work.conn.fetchrow("SELECT * FROM guard.leaver WHERE id = $1 FOR UPDATE", body.leaver)
        if row is None or not _reaches(by, stamped.genuine(work.keys, "leaver", row)):
            return objected(call, Objection.UNKNOWN_COLLEAGUE)
        if row["status"] != Standing.WAITING:
            return objected(call, Objection.ALREADY_DECIDED)
        if str(row["account"]) == by.account.id:
            return objected(call, Objection.SAME_PERSON)
        if standing is Standing.CONFIRMED and _alone(by):
            # What a manager may not do alone does not become his by waiting.
            if row["source"] == Source.MANAGER or await leaving.watches(work, row):
                return objected(call, Objection.OUT_OF_REACH)
            if not await permission.one_more(work, by):
                return objected(call, Objection.TOO_MANY_SUSPENSIONS)
        await leaving.decide(work, row, standing, by=by.account.id)
        return json_answer(Decided(body.leaver, standing.value))

    return await with_duty(call, Duty.LEAVE, act, writes=True)


def _reaches(by: OnDuty, row: stamped.Row) -> bool:
    return by.everywhere or (row["organisation"] is not None and by.reaches(OrganisationId(str(row["organisation"]))))


async def import_(call: Call) -> Answer:
    """Who left and who will, by the personnel file; first what it means, then, told to apply, the deed."""
    body = bodies.read(call, _IMPORT)
    read = _read(body)

    async def act(work: Work, by: OnDuty) -> Answer:
        organisation = _place(by, body.organisation)
        if organisation is None:
            return objected(call, Objection.OUT_OF_REACH)
        planned = await departures.plan(work, organisation, read.lines)
        applied = None
        if body.apply and read.lines:
            applied = Done(*await departures.apply(work, organisation, read.lines, by=by.account.id))
        wrong = [WrongLine(*problem) for problem in read.problems]
        told = Imported(len(planned.now), len(planned.later), planned.unknown, wrong, applied)
        return json_answer(told)

    return await with_duty(call, Duty.LEAVE, act, writes=body.apply)


def _read(body: Import) -> PersonnelFile:
    if body.text is not None:
        return personnel_file.read(body.text)
    return personnel_file.listed((place, each.address, each.last_day) for place, each in enumerate(body.people, 1))


ROUTES: Final[Routes] = {
    ("POST", "/v1/leave"): leave,
    ("POST", "/v1/leave/application"): leave_application,
    ("POST", "/v1/leavers/accounts"): accounts,
    ("POST", "/v1/leavers/list"): waiting,
    ("POST", "/v1/leavers/confirm"): confirm,
    ("POST", "/v1/leavers/dismiss"): dismiss,
    ("POST", "/v1/leavers/import"): import_,
}
