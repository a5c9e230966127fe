"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

INVENTORY = "inventory"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The way in, for a role with the duty; the guard decides again on every page."""
    if INVENTORY not in session.duties or session.membership is None:
        return ()
    if session.membership.organisation.kind == "network":
        return (NavigationItem(gettext("Partenaires"), reverse("partners:list")),)
    return (NavigationItem(gettext("Mon organisme"), reverse("partners:own")),)
