"""What the composition root may use of this application."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.systems.prescriptions import lists, rights
from beffroi.systems.prescriptions.models import Prescription
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
