"""Follow-ups from the console's tables, of people whose ids the guard gave; three questions whatever their number."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, Q
from django.utils import timezone

from beffroi.core.appointments import State
from beffroi.core.progress import Period, Programme, Progress, Status, latest, longest_unseen, matches, runs
from beffroi.core.progress import Wanted as Filter
from beffroi.systems.cases.models import Appointment, Case, ProgrammePeriod

_MOST_PERIODS = 40


@dataclass(frozen=True)
class Chosen:
    """Those whom a filter keeps, longest unseen first, or as they were given."""

    people: tuple[UUID, ...]
    progress: dict[UUID, Progress]


def choose(
    people: Sequence[str], organisation: str, wanted: Filter, now: datetime, *, as_given: bool = False
) -> Chosen:
    """Keep those of ``people`` whose follow-up at this organisation is what is wanted, in their order if told so."""
    known = progress_of([UUID(person) for person in people], organisation, now)
    today = timezone.localdate(now)
    kept = [person for person, progress in known.items() if matches(progress, wanted, today)]
    if as_given:
        return Chosen(tuple(kept), known)
    return Chosen(tuple(sorted(kept, key=lambda person: (*longest_unseen(known[person]), person))), known)


def progress_of(people: Sequence[UUID], organisation: str, now: datetime) -> dict[UUID, Progress]:
    """How the follow-up of each of these people stands, in their order; empty where nothing was ever said."""
    today = timezone.localdate(now)
    of_people = Q(organisation=organisation, person__in=people)
    cases = {case.person: case for case in Case.objects.filter(of_people)}
    programmes: dict[UUID, set[Programme]] = {}
    for row in ProgrammePeriod.objects.filter(of_people):
        if runs(Period(row.starts_on, row.ends_on), today):
            programmes.setdefault(row.person, set()).add(Programme(row.code))
    met: dict[UUID, datetime | None] = {}
    coming: dict[UUID, datetime | None] = {}
    hours = (
        Appointment.objects.filter(of_people)
        .values_list("person")
        .annotate(
            met=Max("starts_at", filter=Q(state=State.PRESENT.value)),
            coming=Min("starts_at", filter=Q(state=State.PLANNED.value, ends_at__gt=now)),
        )
    )
    for person, last, first in hours:
        met[person], coming[person] = last, first
    return {
        person: _progress(cases.get(person), programmes.get(person, set()), met.get(person), coming.get(person))
        for person in people
    }


_BY_STATUS = (
    'SELECT status, count(*) FROM "case" WHERE organisation = %s AND person = ANY (%s::uuid[]) GROUP BY status'
)
"""People of one organisation, among these ids (one array, as text), by what was last said of them."""


def counted(
    people: Collection[str], organisation: str, now: datetime
) -> tuple[Counter[Status | None], Counter[Programme]]:
    """People by status (``None``: nothing was ever said) and by programme under way.

    An office follows thousands: no row of each comes back for a count, nor for the programmes of those who have none.
    """
    today, wanted = timezone.localdate(now), frozenset(people)
    with connection.cursor() as cursor:
        cursor.execute(_BY_STATUS, [organisation, "{" + ",".join(wanted) + "}"])
        statuses: Counter[Status | None] = Counter({Status(status): count for status, count in cursor.fetchall()})
    statuses[None] = len(wanted) - statuses.total()
    periods = ProgrammePeriod.objects.filter(organisation=organisation)
    under_way = {
        (person, code)
        for person, code, starts_on, ends_on in periods.values_list("person", "code", "starts_on", "ends_on")
        if str(person) in wanted and runs(Period(starts_on, ends_on), today)
    }
    return statuses, Counter(Programme(code) for _, code in under_way)


def _progress(
    case: Case | None, programmes: set[Programme], met: datetime | None, coming: datetime | None
) -> Progress:
    return Progress(
        None if case is None else Status(case.status),
        frozenset(programmes),
        latest((None if case is None else case.contacted_on, _day(met))),
        _day(coming),
    )


def _day(at: datetime | None) -> date | None:
    return None if at is None else timezone.localdate(at)


def case_of(person: UUID | str, organisation: str) -> Case | None:
    """A person's follow-up at one organisation."""
    return Case.objects.filter(organisation=organisation, person=person).first()


def periods_of(person: UUID | str, organisation: str) -> list[ProgrammePeriod]:
    """A person's programmes there, the last begun first."""
    rows = ProgrammePeriod.objects.filter(organisation=organisation, person=person)
    return list(rows.order_by("-starts_on", "code", "id")[:_MOST_PERIODS])
