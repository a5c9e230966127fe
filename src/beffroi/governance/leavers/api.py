"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

LEAVE = "leave"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entry of the main navigation, for roles that have the duty; the guard decides again on every page."""
    return (NavigationItem(gettext("Départs"), reverse("leavers:people")),) if LEAVE in session.duties else ()
