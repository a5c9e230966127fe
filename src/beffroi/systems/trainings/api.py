"""What the composition root may use of this application."""

from collections.abc import Mapping, Sequence
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

__all__ = ["followed", "forget", "navigation"]


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries of whoever follows trainees; every page decides again."""
    if session.membership is None or not prescriptions.trains(session):
        return ()
    return (
        NavigationItem(gettext("Stagiaires"), reverse("trainings:trainees")),
        NavigationItem(gettext("Présences"), reverse("trainings:board")),
    )


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
