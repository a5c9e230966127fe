"""What the composition root may use of this application."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.systems.cases import rights


@dataclass(frozen=True)
class Entry:
    """An entry of the main navigation."""

    label: str
    url: str


def navigation(session: Session) -> tuple[Entry, ...]:
    """The entries that this agent's chosen role can use; the guard decides again on every page."""
    if session.membership is None:
        return ()
    entries = []
    if rights.may(session, "list"):
        label = gettext("Mon portefeuille") if rights.has_portfolio(session) else gettext("Dossiers")
        entries.append(Entry(label, reverse("cases:portfolio")))
    if rights.may(session, "find"):
        entries.append(Entry(gettext("Rechercher"), reverse("cases:search")))
    if rights.may(session, "create"):
        entries.append(Entry(gettext("Inscrire"), reverse("cases:registration")))
    return tuple(entries)
