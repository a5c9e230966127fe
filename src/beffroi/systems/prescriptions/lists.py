"""Reading prescriptions from the console's own rows; the names that go with them are asked of the guard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from beffroi.client import Conversation, Refused, calls
from beffroi.client.people import Name, name_of
from beffroi.core.prescribing import LIVE, TO_ANSWER, State
from beffroi.systems.prescriptions import queries
from beffroi.systems.prescriptions.models import PrescribingOffice, Prescription, Step

PAGE_SIZE: Final = 25
_MOST_OF_PERSON: Final = 50
IDENTITY: Final = "identity"
_CLOSED: Final = sorted(set(State) - LIVE)
SENT_VIEWS: Final = ("new", "current", "closed")
"""How an agent's own prescriptions are sorted."""
RECEIVED_VIEWS: Final = ("answer", "new", "waiting", "accepted", "closed")
"""How those that a training organisation received are sorted."""


_TO_ANSWER: Final = Q(state__in=sorted(TO_ANSWER))
_NEWS: Final = Q(new_to_training=True) & ~_TO_ANSWER


@dataclass(frozen=True, repr=False)
class Known:
    """Who a prescription is for: ``name``, or None and ``why``, the code of the refusal."""

    name: Name | None = None
    why: str = ""


def sent(account: UUID, office: UUID, view: str, page: int) -> Page[Prescription]:
    """A page of an agent's own, for one office, the last changed first."""
    wanted = {"new": Q(new_to_office=True), "current": Q(state__in=sorted(LIVE))}.get(view, Q(state__in=_CLOSED))
    found = Prescription.objects.filter(wanted, account=account, office=office)
    return _page(found.order_by("-changed_at", "id"), page)


def received(organisation: UUID, view: str, page: int) -> Page[Prescription]:
    """A page of what a training organisation received; the oldest first where somebody waits for a word."""
    wanted = {
        "answer": _TO_ANSWER,
        "new": _NEWS,
        "waiting": Q(state=State.WAITING.value),
        "accepted": Q(state__in=[State.ACCEPTED.value, State.ENTERED.value]),
    }.get(view, Q(state__in=_CLOSED))
    found = _named(Prescription.objects.filter(wanted, organisation=organisation))
    order = {"answer": ("sent_at", "id"), "waiting": ("session__starts_on", "session", "waiting_at", "id")}
    return _page(found.order_by(*order.get(view, ("-changed_at", "id"))), page)


def of_person(person: UUID, office: UUID) -> Sequence[Prescription]:
    """A person's, sent by one office; those of others are not its own to show."""
    found = Prescription.objects.filter(person=person, office=office).select_related("session")
    return list(found.order_by("-sent_at", "id")[:_MOST_OF_PERSON])


def sent_of(people: Iterable[UUID]) -> Sequence[Prescription]:
    """All of a person's, whichever office sent them, for that person; fifty at most, the last first."""
    found = Prescription.objects.filter(person__in=list(people)).select_related("session")
    return list(found.order_by("-sent_at", "id")[:_MOST_OF_PERSON])


WithSteps = tuple[Prescription, Sequence[Step]]
"""A prescription, and what became of it in order."""


def every_of_person(person: UUID, office: UUID) -> Sequence[WithSteps]:
    """All of a person's that one office sent, the first first: two queries."""
    return _with_steps(Prescription.objects.filter(person=person, office=office))


def every_of_whoever(people: Iterable[UUID]) -> Sequence[WithSteps]:
    """All of a person's, whichever office sent them, for that person, the first first: two queries."""
    return _with_steps(Prescription.objects.filter(person__in=list(people)))


def _with_steps(found: "QuerySet[Prescription]") -> Sequence[WithSteps]:
    rows = list(found.select_related("session").order_by("sent_at", "id"))
    became: dict[UUID, list[Step]] = {row.id: [] for row in rows}
    steps = Step.objects.filter(prescription__in=rows).select_related("prescription")
    for step in steps.order_by("at", "id"):
        became[step.prescription.id].append(step)
    return [(row, became[row.id]) for row in rows]


def _named(found: "QuerySet[Prescription]") -> "QuerySet[Prescription]":
    """With ``office_name``, what the office that prescribed is called."""
    offices = PrescribingOffice.objects.filter(office=OuterRef("office"))
    return found.annotate(office_name=Subquery(offices.values("name")))


def sent_one(prescription: UUID, office: UUID) -> Prescription | None:
    """One that this office sent."""
    return Prescription.objects.filter(id=prescription, office=office).select_related("session").first()


def received_one(prescription: UUID, organisation: UUID) -> Prescription | None:
    """One that this training organisation received."""
    found = _named(Prescription.objects.filter(id=prescription, organisation=organisation))
    return found.select_related("session").first()


def steps(prescription: UUID) -> Sequence[Step]:
    """What became of it, in order."""
    return list(Step.objects.filter(prescription=prescription).order_by("at", "id"))


def ahead(prescription: Prescription) -> int:
    """How many wait for the same session before this one."""
    return Prescription.objects.filter(
        session=prescription.session, state=State.WAITING.value, waiting_at__lt=prescription.waiting_at
    ).count()


def new_to_agent(account: UUID, office: UUID) -> int:
    """How many of an agent's prescriptions the other side moved since they were looked at."""
    return Prescription.objects.filter(account=account, office=office, new_to_office=True).count()


@dataclass(frozen=True)
class ToDo:
    """What waits for a training organisation: prescriptions to answer, others that an office moved unseen."""

    answer: int
    new: int

    @property
    def together(self) -> int:
        """What the menu's number says."""
        return self.answer + self.new


def to_do(organisation: UUID) -> ToDo:
    """Both, in one statement."""
    found = Prescription.objects.filter(_TO_ANSWER | _NEWS, organisation=organisation)
    return ToDo(**found.aggregate(answer=Count("id", filter=_TO_ANSWER), new=Count("id", filter=_NEWS)))


def names(conversation: Conversation, purpose: str, people: Iterable[UUID]) -> dict[UUID, Known] | Refused:
    """Who the people of a page are, in one call of the guard; each is an opening. No call for nobody."""
    wanted = list(dict.fromkeys(people))
    if not wanted:
        return {}
    answer = conversation.ask(calls.people(purpose, [str(person) for person in wanted]))
    if isinstance(answer, Refused):
        return answer
    known = dict.fromkeys(wanted, Known())
    for row in answer.rows:
        identity = row.fields.get(IDENTITY)
        shown = None if row.masked or identity is None else name_of(identity)
        known[UUID(row.id)] = Known(shown, "" if shown else row.code or "")
    return known


def _page(found: "QuerySet[Prescription]", page: int) -> Page[Prescription]:
    return Paginator(found.select_related("session"), PAGE_SIZE).get_page(min(page, queries.MOST_PAGES))
