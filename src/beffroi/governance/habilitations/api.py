"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

REQUEST, APPROVE, PROOF, INVENTORY, CONTAIN = "request", "approve", "proof", "inventory", "contain"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """Each page that the chosen role has a duty for; the guard decides again on every page.

    Those who read files hand a code over when they are asked to: their way there is their account page.
    """
    entries = []
    if REQUEST in session.duties:
        entries.append(NavigationItem(gettext("Demandes d'accès"), reverse("habilitations:mine")))
    if APPROVE in session.duties:
        entries.append(NavigationItem(gettext("À approuver"), reverse("habilitations:queue")))
    if PROOF in session.duties and not session.purposes:
        entries.append(NavigationItem(gettext("Arrivées"), reverse("habilitations:arrivals")))
    return tuple(entries)
