"""Reading appointments from the console's tables, and the names that go with them from the guard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from beffroi.client import Conversation, Refused, calls
from beffroi.client.answers import Row, Session
from beffroi.core.appointments import Kind, Slot, State
from beffroi.systems.cases import rights
from beffroi.systems.cases.models import Appointment
from beffroi.systems.cases.people import Name, name_of

MOST_NAMES = 50
"""What the guard names in one call; a page shows no more people."""
DAY_PAGE = 25
KNOWN_AGENT = timedelta(days=90)
_MOST_AGENTS = 100
_MOST_OF_PERSON = 40
_MOST_OF_WEEK = 300


@dataclass(frozen=True, repr=False)
class Known:
    """Who an appointment is with: ``name``, or None and ``why``, the code of the refusal (empty: not asked)."""

    name: Name | None = None
    why: str = ""


@dataclass(frozen=True)
class Desk:
    """Whose appointments: an account, acting for an organisation. Both are random ids."""

    account: str
    organisation: str


def desk_of(session: Session) -> Desk:
    """The agent's own, under the membership chosen."""
    membership = session.membership
    return Desk(session.account, membership.organisation.id if membership else "")


def midnight(day: date) -> datetime:
    """The first instant of a day, in the time zone of the pages."""
    return timezone.make_aware(datetime.combine(day, time()))


def between(rows: "QuerySet[Appointment]", first: date, days: int) -> "QuerySet[Appointment]":
    """Those that begin in so many days from ``first`` on, by hour."""
    after = midnight(first + timedelta(days=days))
    return rows.filter(starts_at__gte=midnight(first), starts_at__lt=after).order_by("starts_at", "id")


def own(desk: Desk) -> "QuerySet[Appointment]":
    """An agent's, for one organisation."""
    return Appointment.objects.filter(account=desk.account, organisation=desk.organisation)


def week(desk: Desk, monday: date) -> list[Appointment]:
    """An agent's week, at most three hundred appointments."""
    return list(between(own(desk), monday, 7)[:_MOST_OF_WEEK])


def day(desk: Desk, wanted: date, *, everybody: bool) -> "QuerySet[Appointment]":
    """A day of the agent's, or of the whole organisation's."""
    rows = Appointment.objects.filter(organisation=desk.organisation) if everybody else own(desk)
    return between(rows, wanted, 1)


def of_person(person: UUID | str, organisation: str) -> list[Appointment]:
    """A person's appointments at one organisation, the last ones first; those of others are not its own to show."""
    rows = Appointment.objects.filter(person=person, organisation=organisation)
    return list(rows.order_by("-starts_at", "id")[:_MOST_OF_PERSON])


def of_whoever(people: Iterable[UUID]) -> list[Appointment]:
    """A person's appointments at every organisation, for that person, the last ones first; forty at most."""
    rows = Appointment.objects.filter(person__in=list(people))
    return list(rows.order_by("-starts_at", "id")[:_MOST_OF_PERSON])


def every_of_whoever(people: Iterable[UUID]) -> list[Appointment]:
    """All of them, for that person, the first first."""
    return list(Appointment.objects.filter(person__in=list(people)).order_by("starts_at", "id"))


def coming(person: UUID | str, organisation: str, now: datetime) -> list[Appointment]:
    """The next three that are planned."""
    rows = Appointment.objects.filter(
        person=person, organisation=organisation, state=State.PLANNED.value, ends_at__gt=now
    )
    return list(rows.order_by("starts_at", "id")[:3])


def one(identifier: UUID, organisation: str) -> Appointment | None:
    """An appointment of this organisation, with the one it was postponed to; None for any other."""
    rows = Appointment.objects.filter(id=identifier, organisation=organisation)
    return rows.select_related("postponed_to", "follows").first()


def clashes(
    desk: Desk, account: str, person: str, slot: Slot, kind: str, *, but: UUID | None = None
) -> list[Appointment]:
    """Planned appointments at that time, of the agent or of the person; two people of one workshop are none.

    What the person does at another organisation is not told here.
    """
    rows = Appointment.objects.filter(
        Q(account=account) | Q(person=person, organisation=desk.organisation),
        state=State.PLANNED.value,
        starts_at__lt=slot.ends_at,
        ends_at__gt=slot.starts_at,
    )
    if but is not None:
        rows = rows.exclude(id=but)
    if kind == Kind.WORKSHOP.value:
        rows = rows.exclude(~Q(person=person), kind=kind, starts_at=slot.starts_at)
    return list(rows.order_by("starts_at", "id")[:5])


def agents(organisation: str, now: datetime) -> list[str]:
    """Accounts that lately received somebody for this organisation, the busiest last day first."""
    rows = Appointment.objects.filter(organisation=organisation, starts_at__gt=now - KNOWN_AGENT)
    found = rows.values_list("account").annotate(last=Max("starts_at")).order_by("-last", "account")
    return [str(account) for account, _ in found[:_MOST_AGENTS]]


def names(conversation: Conversation, session: Session, people: Iterable[UUID]) -> dict[UUID, Known] | Refused:
    """Who these people are, in one call of the guard at most; beyond fifty nobody is asked for."""
    wanted = list(dict.fromkeys(people))
    known = dict.fromkeys(wanted, Known())
    if not wanted:
        return known
    asked = [str(person) for person in wanted[:MOST_NAMES]]
    answer = conversation.ask(calls.people(rights.purpose_of(session, "list"), asked))
    if isinstance(answer, Refused):
        return answer
    return known | {UUID(row.id): _known(row) for row in answer.rows}


def _known(row: Row) -> Known:
    identity = row.fields.get(rights.IDENTITY)
    return Known(why=row.code or "masked") if row.masked or identity is None else Known(name_of(identity))


def colleagues(conversation: Conversation, accounts: Sequence[str]) -> dict[str, str]:
    """Names of agents of one's own organisation, by account; no call without any."""
    if not accounts:
        return {}
    named = conversation.ask(calls.colleagues(list(dict.fromkeys(accounts))[:_MOST_AGENTS]))
    return {} if isinstance(named, Refused) else {account: name.reveal() for account, name in named.names.items()}
