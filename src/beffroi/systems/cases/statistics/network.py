"""Counting for the network: what each office follows, runs, receives and prescribes. Small counts are withheld.

A process counts once in ten minutes, as the guard counts relations: a million appointments are read for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone

from beffroi.client.inventory import Followed
from beffroi.core.appointments import State
from beffroi.core.suppression import Told, withheld
from beffroi.systems.cases.models import Appointment, ProgrammePeriod
from beffroi.systems.cases.statistics.queries import Hours, Window, hours, sent, told_of, window

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
    hours: Mapping[UUID, Hours]
    sent: Counts
    within: Window


def of_network(followed: Followed, now: datetime) -> OfNetwork:
    """Offices as the guard counted whom they follow, with their programmes under way and eight whole weeks."""
    offices = {UUID(row.organisation): row.name for row in followed.rows}
    held: Counted | None = cache.get(_KEY)
    if held is None:
        held = count(now)
        cache.set(_KEY, held, COUNTED)
    received = {office: held.hours[office] for office in offices if office in held.hours}
    states, weeks = told_of(received.values(), held.within)
    return OfNetwork(
        offices,
        Told({UUID(row.organisation): row.people for row in followed.rows}, followed.total),
        _column(offices, held.programmes),
        _column(offices, {office: one.states.total() for office, one in received.items()}),
        _column(offices, held.sent),
        states,
        weeks,
        held.within,
    )


def count(now: datetime) -> Counted:
    """Count anew: three questions, of which one reads every appointment of eight weeks."""
    within, today = window(now), timezone.localdate(now)
    running = ProgrammePeriod.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    return Counted(
        dict(running.order_by().values_list("organisation").annotate(count=Count("id"))),
        hours(Appointment.objects.all(), within),
        {office: sum(counts.values()) for office, counts in sent(within).items()},
        within,
    )


def _column(offices: Mapping[UUID, str], counts: Counts) -> Told[UUID]:
    return withheld({office: counts.get(office, 0) for office in offices})
