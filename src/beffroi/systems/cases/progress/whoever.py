"""Follow-ups of one person at every organisation, for that person: how each stands, its programmes, days of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import get_language, gettext

from beffroi.core.progress import Programme, Status
from beffroi.systems.cases.models import Case, DueStep, ProgrammePeriod
from beffroi.systems.cases.progress import words
from beffroi.ui import formatting
from beffroi.ui.components import Entry


@dataclass(frozen=True)
class Followups:
    """All rows of whoever has one of some ids; three questions, whatever their number."""

    cases: Sequence[Case]
    programmes: Sequence[ProgrammePeriod]
    due_steps: Sequence[DueStep]


def of_whoever(people: Sequence[UUID]) -> Followups:
    """Whichever organisation wrote them."""
    return Followups(
        list(Case.objects.filter(person__in=people).order_by("organisation", "id")),
        list(ProgrammePeriod.objects.filter(person__in=people).order_by("-starts_on", "id")),
        list(DueStep.objects.filter(person__in=people).order_by("due_on", "id")),
    )


def said(found: Followups) -> Mapping[UUID, list[Entry]]:
    """In words, by organisation. A step is told with its words, which the file has: not here."""
    told: dict[UUID, list[Entry]] = {}
    for case in found.cases:
        entries = told.setdefault(case.organisation, [])
        entries.append(Entry(gettext("Statut"), words.status(Status(case.status))[0]))
        if case.contacted_on is not None:
            entries.append(Entry(gettext("Dernier contact"), _day(case.contacted_on)))
    for row in found.programmes:
        told.setdefault(row.organisation, []).append(Entry(gettext("Dispositif"), _period(row)))
    return told


def _period(row: ProgrammePeriod) -> str:
    dates = {"name": words.PROGRAMMES[Programme(row.code)], "first": _day(row.starts_on)}
    if row.ends_on is None:
        return gettext("%(name)s, depuis le %(first)s") % dates
    return gettext("%(name)s, du %(first)s au %(last)s") % (dates | {"last": _day(row.ends_on)})


def _day(day: date) -> str:
    return formatting.long_date(day, formatting.language_of(get_language()))
