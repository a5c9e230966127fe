"""What the composition root and the other business applications may use of this application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.systems.prescriptions import lists, queries, rights
from beffroi.systems.prescriptions.models import TrainingSession
from beffroi.ui.shell import NavigationItem


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries that this agent's chosen role can use, with what is new; every page decides again."""
    if session.membership is None:
        return ()
    entries = []
    if rights.trains(session):
        waits = lists.to_do(rights.place_of(session))
        count = waits.answer + waits.new
        entries.append(
            NavigationItem(gettext("Prescriptions reçues"), reverse("prescriptions:received"), count or None)
        )
        entries.append(NavigationItem(gettext("Mes sessions"), reverse("prescriptions:sessions")))
    if rights.reads_catalogue(session):
        entries.append(NavigationItem(gettext("Catalogue"), reverse("prescriptions:catalogue")))
    if rights.prescribes(session):
        new = lists.new_to_agent(UUID(session.account), rights.place_of(session))
        entries.append(NavigationItem(gettext("Prescriptions"), reverse("prescriptions:sent"), new or None))
    return tuple(entries)


def services(session: Session, person: str) -> tuple[NavigationItem, ...]:
    """What this application does for a person whose file is open."""
    if not rights.prescribes(session):
        return ()
    return (
        NavigationItem(gettext("Prescrire une formation"), f"{reverse('prescriptions:catalogue')}?personne={person}"),
        NavigationItem(gettext("Formations prescrites"), reverse("prescriptions:of_person", args=[person])),
    )


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
