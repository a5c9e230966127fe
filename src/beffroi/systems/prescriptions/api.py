"""What the composition root and the other business applications may use of this application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.client.people import name_of
from beffroi.core.prescribing import State
from beffroi.systems.prescriptions import lists, queries, rights
from beffroi.systems.prescriptions.communes import place_named
from beffroi.systems.prescriptions.forgetting import forget
from beffroi.systems.prescriptions.lists import Known, WithSteps, every_of_person, every_of_whoever, names, sent_of
from beffroi.systems.prescriptions.models import Prescription, TrainingSession
from beffroi.systems.prescriptions.moving import Actor, say
from beffroi.systems.prescriptions.queries import one_of as session
from beffroi.systems.prescriptions.rights import FOLLOW_UP, trains
from beffroi.systems.prescriptions.trainees import Followed, hold, in_class, sessions, tell_office
from beffroi.systems.prescriptions.trainees import one as trainee
from beffroi.systems.prescriptions.trainees import page as trainees
from beffroi.systems.prescriptions.trainees import some as some_trainees
from beffroi.systems.prescriptions.web import words
from beffroi.systems.prescriptions.web.counting import counted
from beffroi.systems.prescriptions.web.words import (
    days,
    identity,
    masked,
    objection,
    organisation,
    said,
    school,
    training,
)
from beffroi.ui.components import Event
from beffroi.ui.shell import NavigationItem, waiting

__all__ = [
    "FOLLOW_UP",
    "Actor",
    "Followed",
    "Known",
    "OfferedSession",
    "Prescription",
    "TrainingSession",
    "WithSteps",
    "counted",
    "days",
    "events",
    "every_of_person",
    "every_of_whoever",
    "forget",
    "hold",
    "identity",
    "in_class",
    "masked",
    "names",
    "navigation",
    "objection",
    "organisation",
    "person_tables",
    "place_named",
    "said",
    "say",
    "school",
    "sent_of",
    "services",
    "session",
    "session_of",
    "sessions",
    "sessions_of",
    "some_trainees",
    "state",
    "tell_office",
    "trainee",
    "trainees",
    "training",
    "trains",
    "whole",
]  # fmt: skip


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries that this agent's chosen role can use, with what is new; every page decides again."""
    if session.membership is None:
        return ()
    entries = []
    if trains(session):
        entries.append(
            NavigationItem(
                gettext("Prescriptions reçues"), reverse("prescriptions:received"),
                waiting(lambda: lists.to_do(rights.place_of(session)).together),
            )
        )  # fmt: skip
        entries.append(NavigationItem(gettext("Mes sessions"), reverse("prescriptions:sessions")))
    if rights.reads_catalogue(session):
        entries.append(NavigationItem(gettext("Catalogue"), reverse("prescriptions:catalogue")))
    if rights.prescribes(session):
        new = waiting(lambda: lists.new_to_agent(UUID(session.account), rights.place_of(session)))
        entries.append(NavigationItem(gettext("Prescriptions"), reverse("prescriptions:sent"), new))
    return tuple(entries)


def person_tables() -> Mapping[str, type[Model]]:
    """Tables that name people, by a code: their rows follow a file that is made one with another."""
    return {"prescription": Prescription}


def services(session: Session, person: str) -> tuple[NavigationItem, ...]:
    """What this application does for a person whose file is open."""
    if not rights.prescribes(session):
        return ()
    return (
        NavigationItem(gettext("Prescrire une formation"), f"{reverse('prescriptions:catalogue')}?personne={person}"),
        NavigationItem(gettext("Formations prescrites"), reverse("prescriptions:of_person", args=[person])),
    )


def state(row: Prescription) -> tuple[str, str]:
    """Where a prescription stands in two words, and the tone of its badge."""
    word, tone = words.STATES[State(row.state)]
    return str(word), tone


def whole(row: Prescription, identity: Mapping[str, Any]) -> dict[str, object]:
    """What both sides see of a prescription; ``identity`` as the guard opened it, empty where it did not."""
    return words.whole(row, Known(name_of(identity)) if identity else Known(why="person-unknown"))


def events(prescription: UUID) -> list[Event]:
    """What became of a prescription, in order."""
    return words.events(lists.steps(prescription))


@dataclass(frozen=True, slots=True)
class OfferedSession:
    """A session of the catalogue, as its organisation says it; nobody is in it."""

    id: UUID
    organisation: UUID
    reference: str
    title: str
    place: str
    starts_on: date
    ends_on: date
    places: int


def sessions_of(organisation: UUID) -> Sequence[OfferedSession]:
    """Every session of an organisation that was not cancelled, the latest first."""
    found = sorted(queries.all_of(organisation), key=lambda one: (one.starts_on, one.reference), reverse=True)
    return [_offered(session) for session in found]


def session_of(organisation: UUID, session: UUID) -> OfferedSession | None:
    """One of them, cancelled or not."""
    found = queries.one_of(organisation, session)
    return None if found is None else _offered(found)


def _offered(session: TrainingSession) -> OfferedSession:
    return OfferedSession(
        session.id, session.organisation, session.reference, session.title, session.place, session.starts_on,
        session.ends_on, session.places,
    )  # fmt: skip
