"""Counting for an office: people by status and programme, appointments by state and week, prescriptions.

Small counts never leave this module.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Count, DateField
from django.db.models.functions import TruncWeek
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


class Hours(NamedTuple):
    """Appointments of an office in these weeks, by where they stand and by the Monday of their week."""

    states: Counter[State]
    weeks: Counter[date]


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


def hours(rows: "QuerySet[Appointment]", within: Window) -> dict[UUID, Hours]:
    """Of each office that has any."""
    found: dict[UUID, Hours] = {}
    monday = TruncWeek("starts_at", output_field=DateField())
    grouped = between(rows, within.since, 7 * WEEKS).order_by().values_list("organisation", monday, "state")
    for office, week, state, count in grouped.annotate(count=Count("id")):
        one = found.setdefault(office, Hours(Counter(), Counter()))
        one.states[State(state)] += count
        one.weeks[week] += count
    return found


def told_of(found: Collection[Hours], within: Window) -> tuple[Told[State], Told[date]]:
    """What may be shown of these offices together, every state and every week in its place."""
    weeks = [within.since + timedelta(weeks=number) for number in range(WEEKS)]
    return (
        withheld({state: sum(one.states[state] for one in found) for state in State}),
        withheld({week: sum(one.weeks[week] for one in found) for week in weeks}),
    )


def of_office(people: Sequence[str], organisation: str, now: datetime) -> Statistics:
    """Statistics of the people whose ids the guard gave, and of the last eight whole weeks of the office."""
    statuses, programmes = counted(people, organisation, now)
    within = window(now)
    states, weeks = told_of(hours(Appointment.objects.filter(organisation=organisation), within).values(), within)
    return Statistics(
        statuses=withheld({status: statuses[status] for status in (*Status, None)}),
        programmes=alone({programme: programmes[programme] for programme in Programme}),
        states=states,
        sent=withheld(sent(within, UUID(organisation))[UUID(organisation)]),
        weeks=weeks,
        since=within.since,
        until=within.until,
    )
