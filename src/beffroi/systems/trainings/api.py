"""What the composition root may use of this application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.core import training
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.prescriptions.api import Followed, Prescription
from beffroi.systems.trainings import queries
from beffroi.systems.trainings.forgetting import forget
from beffroi.systems.trainings.web import words
from beffroi.ui.shell import NavigationItem

__all__ = ["followed", "forget", "navigation", "noted"]


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries of whoever follows trainees; every page decides again."""
    if session.membership is None or not prescriptions.trains(session):
        return ()
    return (
        NavigationItem(gettext("Stagiaires"), reverse("trainings:trainees")),
        NavigationItem(gettext("Présences"), reverse("trainings:board")),
    )


@dataclass(frozen=True, slots=True)
class HalfDays:
    """What was noted of one trainee: half-days and the end by their codes, and both in words."""

    attendance: Sequence[Mapping[str, str]]
    ending: Mapping[str, str | None] | None
    said: Sequence[str]


def noted(rows: Sequence[Prescription]) -> Mapping[UUID, HalfDays]:
    """Every half-day noted of these trainees, and how their training ended; without who wrote it. Two queries."""
    ids = [row.id for row in rows]
    marks, endings = queries.noted_of(ids), queries.endings(ids)
    found = {}
    for id_ in ids:
        end = endings.get(id_)
        found[id_] = HalfDays(
            [{"day": each.on.isoformat(), "half": each.half.value, "mark": each.mark.value} for each in marks[id_]],
            None if end is None else {
                "outcome": end.outcome, "reason": end.reason, "at": end.at.isoformat(timespec="seconds"),
            },
            [
                *(
                    f"{words.long_day(each.on)}, {str(words.HALVES[each.half]).lower()} – {words.MARKS[each.mark][0]}"
                    for each in marks[id_]
                ),
                *(f"{entry.term} – {entry.value}" for entry in words.ended(end)),
            ],
        )  # fmt: skip
    return found


def followed(rows: Sequence[Prescription]) -> Mapping[UUID, Followed]:
    """What a training organisation has written of these trainees, for the office that prescribed: three queries."""
    today, ids = timezone.localdate(), [row.id for row in rows]
    noted, endings = queries.noted_of(ids), queries.endings(ids)
    calendars = queries.calendars({row.session.id for row in rows})
    found = {}
    for row in rows:
        marks = noted[row.id]
        entries = [*words.ended(endings.get(row.id))]
        if marks:
            entries += words.attendance(training.tally(calendars.get(row.session.id, ()), marks))
        many = training.many_missed(marks, today)
        found[row.id] = Followed(entries, words.many_missed(training.missed(marks, today)) if many else "")
    return found
