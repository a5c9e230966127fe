"""Counting: people by status and programme, appointments by state and week. Small counts never leave this module."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from beffroi.core.appointments import State, week_of
from beffroi.core.progress import Programme, Status
from beffroi.core.suppression import Told, alone, withheld
from beffroi.systems.cases.appointments.queries import between
from beffroi.systems.cases.models import Appointment
from beffroi.systems.cases.progress.queries import counted

WEEKS = 8


@dataclass(frozen=True)
class Statistics:
    """What may be shown of the people followed, the programmes under way, and the appointments of eight weeks."""

    statuses: Told[Status | None]
    programmes: Mapping[Programme, int | None]
    states: Told[State]
    weeks: Told[date]
    since: date
    until: date


def of_office(people: Sequence[str], organisation: str, now: datetime) -> Statistics:
    """Statistics of the people whose ids the guard gave, and of the last eight whole weeks of the office."""
    statuses, programmes = counted(people, organisation, now)
    monday = week_of(timezone.localdate(now))
    since = monday - timedelta(weeks=WEEKS)
    rows = between(Appointment.objects.filter(organisation=organisation), since, 7 * WEEKS)
    states: Counter[State] = Counter()
    weeks: Counter[date] = Counter()
    grouped = rows.order_by().annotate(day=TruncDate("starts_at")).values_list("day", "state")
    for day, state, count in grouped.annotate(count=Count("id")):
        states[State(state)] += count
        weeks[week_of(day)] += count
    mondays = [since + timedelta(weeks=number) for number in range(WEEKS)]
    return Statistics(
        statuses=withheld({status: statuses[status] for status in (*Status, None)}),
        programmes=alone({programme: programmes[programme] for programme in Programme}),
        states=withheld({state: states[state] for state in State}),
        weeks=withheld({each: weeks[each] for each in mondays}),
        since=since,
        until=monday - timedelta(days=1),
    )
