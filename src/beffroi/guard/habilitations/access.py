"""The request for access: a colleague, roles at one organisation, applications, a period; and what comes of it once
approved."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty, may_hand_out
from beffroi.core.habilitation import ACCESS as GIVING
from beffroi.core.habilitation import AWAITED, clash, is_period
from beffroi.core.ids import AccountId, ApplicationId, OrganisationId, RoleCode
from beffroi.core.normalisation import NormalisationRefusal, email_key
from beffroi.core.policy import Label, RoleKind
from beffroi.guard import admissions, stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations import creating, known_account, roster
from beffroi.guard.habilitations.applications import MOST, on_offer, served
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents, blind
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Malformed

Word = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"\S")]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
Applications = Annotated[tuple[bodies.Code, ...], Meta(min_length=1, max_length=MOST)]
_OPEN: Final = GIVING | AWAITED
_HELD: Final = "SELECT * FROM guard.habilitation WHERE account = $1 AND until_at > $2"
_ORGANISATION: Final = "SELECT * FROM guard.organisation WHERE id = $1"
_BY_ADDRESS: Final = "SELECT * FROM guard.account WHERE email_index = $1"


class AccessBody(bodies.Strict, frozen=True):
    """Body of a request for access. ``organisation`` is one's own when it is not said; both days are included."""

    roles: Annotated[tuple[bodies.Code, ...], Meta(min_length=1, max_length=4)]
    applications: Applications
    first_name: Word
    last_name: Word
    email: Email
    job: Word
    from_on: Day
    until_on: Day
    site: Word | None = None
    organisation: bodies.PersonText | None = None


async def prepare(work: Work, by: OnDuty, body: AccessBody) -> Prepared | Objection:
    """Judge a request for access; outside the organisation's roster it takes two approvals."""
    organisation = OrganisationId(body.organisation or by.organisation.id)
    if not by.reaches(organisation):
        return Objection.OUT_OF_REACH
    office = await _open_office(work, organisation)
    if office is None:
        return Objection.OFFICE_CLOSED
    email, index = email_key(body.email), blind.agent_email(work.keys, body.email)
    if isinstance(email, NormalisationRefusal) or isinstance(index, NormalisationRefusal):
        return Objection.ADDRESS_WRONG
    for code in body.roles:
        wanted = work.policy.roles.get(RoleCode(code))
        if wanted is None or not may_hand_out(by.role, by.organisation.kind, wanted, office["kind"]):
            return Objection.ROLE_NOT_HANDED_OUT
    if not is_period(_day(body.from_on, "from_on"), _day(body.until_on, "until_on"), *_days(work, office)):
        return Objection.PERIOD_WRONG
    known = await on_offer(work.conn, work.keys)
    applications = sorted({ApplicationId(code) for code in body.applications})
    if not known.keys() >= set(applications):
        return Objection.APPLICATION_NOT_OPEN
    beneficiary = await _known(work, index)
    against = await _against(work, beneficiary, organisation, body.roles, applications)
    if against is not None and await known_account.may_learn(work, by, beneficiary, body.roles, against):
        return against
    in_roster = await roster.knows(work, organisation, email, index)
    content = {
        **{name: value for name, value in msgspec.to_builtins(body).items() if value is not None},
        "organisation": organisation, "organisation_name": office["name"], "roles": sorted(body.roles),
        "applications": applications, "application_names": [known[code] for code in applications],
        "in_roster": in_roster,
    }  # fmt: skip
    account = None if beneficiary is None else AccountId(str(beneficiary["id"]))
    return Prepared(organisation, account, 1 if in_roster else 2, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The same judgement on the day of an approval, but for who asks: that was judged, and is a fact."""
    body = asked.content["body"]
    office = await _open_office(work, asked.organisation)
    if office is None:
        return Objection.OFFICE_CLOSED
    today, contract = _days(work, office)
    if date.fromisoformat(body["until_on"]) < today or date.fromisoformat(body["until_on"]) > contract:
        return Objection.PERIOD_WRONG
    if any(code not in work.policy.roles for code in body["roles"]):
        return Objection.ROLE_NOT_HANDED_OUT
    if "admission" in body and not await admissions.is_taken_up(work.conn, work.keys, body["admission"]):
        return Objection.ADMISSION_CLOSED
    # A request made before requests named any is not for every application: it is to be made anew (I-06).
    applications = body.get("applications", ())
    if not applications or not (await on_offer(work.conn, work.keys)).keys() >= set(applications):
        return Objection.APPLICATION_NOT_OPEN
    index = blind.agent_email(work.keys, body["email"])
    assert isinstance(index, UUID), "the address was judged when the request was made"
    account = await _known(work, index)
    if account is not None and str(account["id"]) != asked.beneficiary:
        # Somebody has this address since: whether an approver is the beneficiary was never asked of that account.
        return Objection.NOT_IN_THAT_STATE
    return await _against(work, account, asked.organisation, body["roles"], applications)


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Bring the account into being, or add to one that is there; its habilitations wait for an enrolment."""
    body = asked.content["body"]
    index = blind.agent_email(work.keys, body["email"])
    assert isinstance(index, UUID), "the address was judged when the request was made"
    account = await _known(work, index)
    if account is None:
        account = await creating.create(work, asked, approvers[-1], index)
    against = await creating.habilitate(work, asked, approvers[-1], account, _period(body))
    if against is None and "admission" in body:
        try:
            became = AccountId(str(account["id"]))
            await admissions.became(work.conn, work.keys, body["admission"], became, work.now)
        except admissions.AdmissionRefused:
            return Objection.ADMISSION_CLOSED
    return against


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who, for whom, which roles in which applications, until when, and whether the roster
    knows the address."""
    body = asked.content["body"]
    asker = (await agents.names(work.conn, work.keys, [asked.requester])).get(asked.requester, "–")
    labels = {code: role.label for code, role in work.policy.roles.items()}
    roles = [labels.get(code, Label(code, code)) for code in body["roles"]]
    known = Label("Oui", "Yes") if body["in_roster"] else Label(
        "Non : deux approbations sont nécessaires", "No: two approvals are needed"
    )  # fmt: skip
    told = Label("Oui, complétée par la personne qui demande", "Yes, completed by who asks")
    from_directory = (Line(Label("Venue de l’annuaire", "From the directory"), told),) if "admission" in body else ()
    return (
        Line(Label("Demandée par", "Requested by"), same(asker)),
        *from_directory,
        Line(Label("Pour", "For"), same(f"{body['first_name']} {body['last_name']}")),
        Line(Label("Adresse professionnelle", "Professional address"), same(body["email"])),
        Line(Label("Adresse connue de l’organisme", "Address known to the organisation"), known),
        Line(Label("Fonction", "Job"), same(body["job"])),
        Line(Label("Site", "Site"), same(body.get("site", "–"))),
        Line(Label("Organisme", "Organisation"), same(body["organisation_name"])),
        Line(
            Label("Rôles demandés", "Roles requested"),
            Label(", ".join(each.fr for each in roles), ", ".join(each.en for each in roles)),
        ),
        Line(Label("Applications", "Applications"), same(", ".join(body.get("application_names", ())) or "–")),
        Line(Label("Du", "From"), _said(body["from_on"])),
        Line(Label("Au", "To"), _said(body["until_on"])),
    )


def _said(day: str) -> Label:
    return Label(f"{date.fromisoformat(day):%d/%m/%Y}", f"{date.fromisoformat(day):%d/%m/%Y}")


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"$.{field}", "a day of the calendar, AAAA-MM-JJ") from None


def _days(work: Work, office: Row) -> tuple[date, date]:
    """Today in Paris, and the last whole day of the organisation's contract."""
    last = office["contract_until"].astimezone(PARIS) - timedelta(microseconds=1)
    return work.now.astimezone(PARIS).date(), last.date()


def _period(body: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From the first instant of the first day in Paris to the first one after the last."""
    begin, last = date.fromisoformat(body["from_on"]), date.fromisoformat(body["until_on"])
    after = last + timedelta(days=1)
    return (
        datetime(begin.year, begin.month, begin.day, tzinfo=PARIS),
        datetime(after.year, after.month, after.day, tzinfo=PARIS),
    )


async def _open_office(work: Work, organisation: OrganisationId) -> Row | None:
    row = await work.conn.fetchrow(_ORGANISATION, organisation)
    if row is None or not stamped.genuine(work.keys, "organisation", row)["active"]:
        return None
    return None if work.now >= row["contract_until"] else row


async def _known(work: Work, index: UUID) -> Row | None:
    row = await work.conn.fetchrow(_BY_ADDRESS, index)
    return None if row is None else stamped.genuine(work.keys, "account", row)


async def _against(
    work: Work,
    account: Row | None,
    organisation: OrganisationId,
    roles: Sequence[str],
    applications: Sequence[str],
) -> Objection | None:
    """What the person's other habilitations say against these roles (I-05). The same role again is for other
    applications: a habilitation of its own, with its own line of creation."""
    if account is None:
        held: list[Row] = []
    elif account["status"] not in ("active", "invited"):
        return Objection.NOT_IN_THAT_STATE
    else:
        rows = await work.conn.fetch(_HELD, account["id"], work.now)
        held = [row for row in rows if stamped.genuine(work.keys, "habilitation", row)["status"] in _OPEN]
    same = [str(row["id"]) for row in held if str(row["organisation"]) == organisation and row["role"] in roles]
    serving = (await served(work.conn, work.keys, same)).values()
    if any(not set(applications).isdisjoint(each) for each in serving):
        return Objection.ALREADY_REQUESTED
    kinds: list[RoleKind] = [
        role.kind
        for code in (*roles, *[row["role"] for row in held])
        if (role := work.policy.roles.get(RoleCode(code))) is not None
    ]
    return Objection.DUTIES_APART if clash(kinds, work.policy.separation) is not None else None


ACCESS: Final = Kind(
    "access", Label("Demande d’accès", "Request for access"), Duty.REQUEST, AccessBody, prepare, recheck, carry_out,
    words, beside=known_account.beside,
)  # fmt: skip
