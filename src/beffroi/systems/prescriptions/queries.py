"""Reading the catalogue. Each function is one statement, a page of a list two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, FloatField, Func, Q, QuerySet, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt

from beffroi.core.catalogue import EARTH, Offer, Spot, around, folded
from beffroi.systems.prescriptions.models import TrainingSession

PAGE_SIZE: Final = 20
MOST_WORDS: Final = 8
MOST_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the catalogue; what is empty filters nothing. ``kilometres`` goes with ``near``."""

    words: str = ""
    rome: str = ""
    near: Spot | None = None
    kilometres: int = 50
    from_on: date | None = None
    with_places: bool = False


def search(wanted: Wanted, today: date, page: int) -> Page[TrainingSession]:
    """A page of the sessions that are still to come or under way: the nearest first, or the soonest."""
    found = TrainingSession.objects.filter(cancelled_at=None, ends_on__gte=today)
    for word in folded(wanted.words).split()[:MOST_WORDS]:
        found = found.filter(words__contains=f" {word}")
    if wanted.rome:
        found = found.filter(rome__contains=[wanted.rome])
    if wanted.from_on is not None:
        found = found.filter(starts_on__gte=wanted.from_on)
    if wanted.with_places:
        found = found.filter(taken__lt=F("places"))
    if wanted.near is not None:
        found = _near(found, wanted.near, wanted.kilometres)
        return _page(found.order_by("kilometres", "starts_on", "id"), page)
    return _page(found.order_by("starts_on", "title", "id"), page)


def _near(found: QuerySet[TrainingSession], spot: Spot, distance: int) -> QuerySet[TrainingSession]:
    """Those within a distance, by the box that the index knows, then by `beffroi.core.catalogue.kilometres`."""
    box = around(spot, distance)
    latitude, longitude = F("latitude"), F("longitude")
    rise = Power(Sin(Radians(latitude - spot.latitude) / 2), 2)
    turn = Power(Sin(Radians(longitude - spot.longitude) / 2), 2)
    chord = rise + Cos(Radians(Value(spot.latitude))) * Cos(Radians(latitude)) * turn
    whole: Func = ASin(Least(Value(1.0), Sqrt(chord)))
    return (
        found.filter(
            latitude__gte=box.south, latitude__lte=box.north, longitude__gte=box.west, longitude__lte=box.east
        )
        .annotate(kilometres=Value(2 * EARTH, output_field=FloatField()) * whole)
        .filter(kilometres__lte=distance)
    )


VIEWS: Final = ("coming", "current", "past", "cancelled")
"""How an organisation's own sessions are sorted."""


def own(organisation: UUID, view: str, today: date, page: int) -> Page[TrainingSession]:
    """A page of an organisation's sessions in one of `VIEWS`."""
    found = TrainingSession.objects.filter(_viewed(view, today), organisation=organisation)
    order = ("-starts_on", "reference") if view in {"past", "cancelled"} else ("starts_on", "reference")
    return _page(found.order_by(*order), page)


def _viewed(view: str, today: date) -> Q:
    match view:
        case "cancelled":
            return Q(cancelled_at__isnull=False)
        case "past":
            return Q(cancelled_at=None, ends_on__lt=today)
        case "current":
            return Q(cancelled_at=None, starts_on__lte=today, ends_on__gte=today)
        case _:
            return Q(cancelled_at=None, starts_on__gt=today)


def one(session: UUID) -> TrainingSession | None:
    """A session of any organisation."""
    return TrainingSession.objects.filter(id=session).first()


def one_of(organisation: UUID, session: UUID) -> TrainingSession | None:
    """A session of that organisation."""
    return TrainingSession.objects.filter(id=session, organisation=organisation).first()


def all_of(organisation: UUID) -> Sequence[TrainingSession]:
    """Every session of an organisation that was not cancelled, as its file holds them."""
    return list(TrainingSession.objects.filter(organisation=organisation, cancelled_at=None).order_by("reference"))


def takes_prescriptions(session: TrainingSession, today: date) -> bool:
    """Whether somebody may still be sent to it; a full one has a waiting list."""
    return session.cancelled_at is None and session.ends_on >= today


def offer_of(session: TrainingSession) -> Offer:
    """What the organisation says of a session."""
    return Offer(
        session.reference, session.title, session.commune, session.address, session.starts_on, session.ends_on,
        session.places, session.prerequisites, tuple(session.rome),
    )  # fmt: skip


def _page(found: QuerySet[TrainingSession], page: int) -> Page[TrainingSession]:
    return Paginator(found, PAGE_SIZE).get_page(min(page, MOST_PAGES))
