"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.systems.prescriptions import rights
from beffroi.ui.shell import NavigationItem


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries that this agent's chosen role can use; every page decides again."""
    if session.membership is None:
        return ()
    entries = []
    if rights.trains(session):
        entries.append(NavigationItem(gettext("Mes sessions"), reverse("prescriptions:sessions")))
    if rights.reads_catalogue(session):
        entries.append(NavigationItem(gettext("Catalogue"), reverse("prescriptions:catalogue")))
    return tuple(entries)
