"""Reading days, half-days and endings. Each function is one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.core.paginator import Page, Paginator

from beffroi.core.training import Day, Half, Mark, Noted
from beffroi.systems.trainings.models import Ending, HalfDay, TrainingDay

DAYS_PER_PAGE = 31
MOST_PAGES = 10_000


def day_of(row: TrainingDay) -> Day:
    """A row of a calendar."""
    return Day(row.day, row.morning, row.afternoon)


def noted(row: HalfDay) -> Noted:
    """What was said of a half-day."""
    return Noted(row.day, Half(row.half), Mark(row.mark))


def calendar(session: UUID) -> tuple[Day, ...]:
    """Every day of a session, in order."""
    return tuple(day_of(row) for row in TrainingDay.objects.filter(session=session).order_by("day"))


def calendars(sessions: Collection[UUID]) -> Mapping[UUID, Sequence[Day]]:
    """The days of several sessions."""
    found: dict[UUID, list[Day]] = defaultdict(list)
    for row in TrainingDay.objects.filter(session__in=sessions).order_by("day"):
        found[row.session].append(day_of(row))
    return found


def calendar_page(session: UUID, number: int) -> Page[TrainingDay]:
    """A page of a session's days."""
    rows = TrainingDay.objects.filter(session=session).order_by("day")
    return Paginator(rows, DAYS_PER_PAGE).get_page(min(number, MOST_PAGES))


def days_written(sessions: Collection[UUID], from_on: date) -> frozenset[tuple[UUID, date]]:
    """Sessions and days of which something was noted since a day."""
    rows = HalfDay.objects.filter(session__in=sessions, day__gte=from_on)
    return frozenset(rows.values_list("session", "day").distinct())


def sheet(session: UUID, day: date, prescriptions: Collection[UUID]) -> Mapping[tuple[UUID, Half], HalfDay]:
    """What was noted of these trainees on a day."""
    rows = HalfDay.objects.filter(session=session, day=day, prescription__in=prescriptions)
    return {(row.prescription, Half(row.half)): row for row in rows}


def noted_of(prescriptions: Collection[UUID], from_on: date | None = None) -> Mapping[UUID, Sequence[Noted]]:
    """What was noted of these trainees, since a day or ever."""
    rows = HalfDay.objects.filter(prescription__in=prescriptions)
    if from_on is not None:
        rows = rows.filter(day__gte=from_on)
    found: dict[UUID, list[Noted]] = {each: [] for each in prescriptions}
    for row in rows.order_by("day", "half"):
        found[row.prescription].append(noted(row))
    return found


def endings(prescriptions: Collection[UUID]) -> Mapping[UUID, Ending]:
    """How these trainees' training ended, for those of whom it was said."""
    return {row.prescription: row for row in Ending.objects.filter(prescription__in=prescriptions)}
