"""Counting for the network: what each office follows, runs, receives and prescribes. Small counts are withheld.

A process counts once in ten minutes, as the guard counts relations: a million appointments are read for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from beffroi.client.inventory import Followed
from beffroi.core.appointments import State
from beffroi.core.suppression import Told, withheld
from beffroi.systems.cases.appointments.queries import between
from beffroi.systems.cases.models import Appointment, ProgrammePeriod
from beffroi.systems.cases.statistics.queries import WEEKS, Window, hours, sent, window

if TYPE_CHECKING:
    from django.db.models import QuerySet

COUNTED: Final = 600
"""Seconds for which the counts are kept."""
_KEY: Final = "cases.statistics.network"
Counts = Mapping[UUID, int]


@dataclass(frozen=True)
class OfNetwork:
    """What may be shown: a column for each thing counted, of which every office has a cell."""

    offices: Mapping[UUID, str]
    followed: Told[UUID]
    programmes: Told[UUID]
    appointments: Told[UUID]
    sent: Told[UUID]
    states: Told[State]
    weeks: Told[date]
    within: Window


@dataclass(frozen=True)
class Counted:
    """What the console's tables hold, of every office."""

    programmes: Counts
    appointments: Counts
    sent: Counts
    states: Mapping[State, int]
    weeks: Mapping[date, int]
    within: Window


def of_network(followed: Followed, now: datetime) -> OfNetwork:
    """Offices as the guard counted whom they follow, with their programmes under way and eight whole weeks."""
    offices = {UUID(row.organisation): row.name for row in followed.rows}
    held: Counted | None = cache.get(_KEY)
    if held is None:
        held = count(now)
        cache.set(_KEY, held, COUNTED)
    return OfNetwork(
        offices,
        Told({UUID(row.organisation): row.people for row in followed.rows}, followed.total),
        _column(offices, held.programmes),
        _column(offices, held.appointments),
        _column(offices, held.sent),
        withheld(held.states),
        withheld(held.weeks),
        held.within,
    )


def count(now: datetime) -> Counted:
    """Count anew: four questions, of which two read every appointment of eight weeks."""
    within, today = window(now), timezone.localdate(now)
    states, weeks = hours(Appointment.objects.all(), within)
    running = ProgrammePeriod.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    return Counted(
        _by_office(running),
        _by_office(between(Appointment.objects.all(), within.since, 7 * WEEKS)),
        {office: sum(counts.values()) for office, counts in sent(within).items()},
        {state: states[state] for state in State},
        weeks,
        within,
    )


def _column(offices: Mapping[UUID, str], counts: Counts) -> Told[UUID]:
    return withheld({office: counts.get(office, 0) for office in offices})


def _by_office(rows: "QuerySet[Any]") -> Counts:
    return dict(rows.order_by().values_list("organisation").annotate(count=Count("id")))
