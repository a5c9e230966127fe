"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

_INVESTIGATE = "investigate"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries that the chosen role can use; the guard decides again on every page."""
    return (
        (NavigationItem(gettext("Qui a été lu"), reverse("incidents:home")),)
        if _INVESTIGATE in session.duties
        else ()
    )
