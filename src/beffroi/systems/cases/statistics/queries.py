"""Counting for an office: people by status and programme, appointments by state and week, prescriptions.

Small counts never leave this module.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.module_loading import import_string

from beffroi.core.appointments import State, week_of
from beffroi.core.progress import Programme, Status
from beffroi.core.suppression import Told, alone, withheld
from beffroi.systems.cases.appointments.queries import between, midnight
from beffroi.systems.cases.models import Appointment
from beffroi.systems.cases.progress.queries import counted

if TYPE_CHECKING:
    from django.db.models import QuerySet

WEEKS = 8
Sent = Mapping[UUID, Mapping[str, int]]


@dataclass(frozen=True)
class Statistics:
    """What may be shown of the people followed, the programmes under way, and of eight weeks the
    appointments and the prescriptions."""

    statuses: Told[Status | None]
    programmes: Mapping[Programme, int | None]
    states: Told[State]
    sent: Told[str]
    weeks: Told[date]
    since: date
    until: date


@dataclass(frozen=True)
class Window:
    """The last whole weeks: the first day of the first, and the Monday after the last."""

    since: date
    monday: date

    @property
    def until(self) -> date:
        """The last day."""
        return self.monday - timedelta(days=1)


def window(now: datetime) -> Window:
    """The eight whole weeks before this one."""
    monday = week_of(timezone.localdate(now))
    return Window(monday - timedelta(weeks=WEEKS), monday)


@cache
def prescriptions() -> Callable[[datetime, datetime, UUID | None], Sent]:
    """How many prescriptions were sent: the composition root names it (CASES_PRESCRIPTIONS_COUNTED)."""
    return cast(
        Callable[[datetime, datetime, UUID | None], Sent], import_string(settings.CASES_PRESCRIPTIONS_COUNTED)
    )


def sent(within: Window, office: UUID | None = None) -> Sent:
    """Prescriptions of these weeks by state, of each office or of one."""
    return prescriptions()(midnight(within.since), midnight(within.monday), office)


def hours(rows: "QuerySet[Appointment]", within: Window) -> tuple[Counter[State], Counter[date]]:
    """Appointments of these weeks by state, and by week."""
    states: Counter[State] = Counter()
    weeks: Counter[date] = Counter({within.since + timedelta(weeks=number): 0 for number in range(WEEKS)})
    grouped = between(rows, within.since, 7 * WEEKS).order_by().annotate(day=TruncDate("starts_at"))
    for day, state, count in grouped.values_list("day", "state").annotate(count=Count("id")):
        states[State(state)] += count
        weeks[week_of(day)] += count
    return states, weeks


def of_office(people: Sequence[str], organisation: str, now: datetime) -> Statistics:
    """Statistics of the people whose ids the guard gave, and of the last eight whole weeks of the office."""
    statuses, programmes = counted(people, organisation, now)
    within = window(now)
    states, weeks = hours(Appointment.objects.filter(organisation=organisation), within)
    return Statistics(
        statuses=withheld({status: statuses[status] for status in (*Status, None)}),
        programmes=alone({programme: programmes[programme] for programme in Programme}),
        states=withheld({state: states[state] for state in State}),
        sent=withheld(sent(within, UUID(organisation))[UUID(organisation)]),
        weeks=withheld(weeks),
        since=within.since,
        until=within.until,
    )
