"""Trainees: prescriptions whose place was accepted, as the training organisation that has them reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from beffroi.core.prescribing import State
from beffroi.systems.prescriptions import queries
from beffroi.systems.prescriptions.models import Prescription, TrainingSession
from beffroi.ui.components import Entry

PAGE_SIZE: Final = 25
CLASS_SIZE: Final = 40
"""Rows of an attendance sheet; a larger class has several. The guard names fifty people at once."""
_MOST_SESSIONS: Final = 200
VIEWS: Final[Mapping[str, tuple[State, ...]]] = {
    "entered": (State.ENTERED,),
    "expected": (State.ACCEPTED,),
    "out": (State.ENDED, State.LEFT),
}
"""How an organisation's trainees are sorted."""
_EVERY: Final = [state.value for states in VIEWS.values() for state in states]


@dataclass(frozen=True, slots=True)
class Followed:
    """What the training organisation has written of a trainee, as the office that prescribed reads it; ``alert`` is
    empty where there is nothing to worry about."""

    entries: Sequence[Entry]
    alert: str


def page(organisation: UUID, view: str, session: UUID | None, number: int) -> Page[Prescription]:
    """A page of an organisation's trainees in one of `VIEWS`, of one session or of all."""
    found = _of(organisation).filter(state__in=[state.value for state in VIEWS[view]])
    if session is not None:
        found = found.filter(session=session)
    order = found.order_by("-session__starts_on", "session", "sent_at", "id")
    return Paginator(order, PAGE_SIZE).get_page(min(number, queries.MOST_PAGES))


def one(organisation: UUID, prescription: UUID) -> Prescription | None:
    """A trainee of that organisation."""
    return _of(organisation).filter(id=prescription).first()


def some(organisation: UUID, prescriptions: Iterable[UUID]) -> Sequence[Prescription]:
    """Those of these who are trainees of that organisation."""
    return list(_of(organisation).filter(id__in=list(prescriptions)).order_by("id"))


def in_class(session: TrainingSession, begins_at: datetime, number: int) -> Page[Prescription]:
    """A page of those who were in training on the day that begins there."""
    there = Q(state=State.ENTERED.value) | Q(
        state__in=[State.ENDED.value, State.LEFT.value], changed_at__gte=begins_at
    )
    found = Prescription.objects.filter(there, session=session).select_related("session")
    return Paginator(found.order_by("sent_at", "id"), CLASS_SIZE).get_page(min(number, queries.MOST_PAGES))


def sessions(organisation: UUID, from_on: date, until_on: date) -> Sequence[TrainingSession]:
    """An organisation's sessions with a trainee, that are under way between two days."""
    found = TrainingSession.objects.filter(
        organisation=organisation, cancelled_at=None, starts_on__lte=until_on, ends_on__gte=from_on,
        prescriptions__state__in=_EVERY,
    )  # fmt: skip
    return list(found.distinct().order_by("starts_on", "reference")[:_MOST_SESSIONS])


def hold(session: UUID) -> None:
    """Make others who change this session's days wait until the transaction ends."""
    TrainingSession.objects.select_for_update().get(id=session)


def tell_office(prescriptions: Iterable[UUID]) -> None:
    """Make these new to the office that prescribed them."""
    Prescription.objects.filter(id__in=list(prescriptions)).update(new_to_office=True)


def _of(organisation: UUID) -> "QuerySet[Prescription]":
    found = Prescription.objects.filter(organisation=organisation, state__in=_EVERY)
    return found.select_related("session")
