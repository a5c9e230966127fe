"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

_INVESTIGATE = "investigate"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entry of security officers; the personal space itself is in nobody's navigation."""
    return (
        (NavigationItem(gettext("Signalements"), reverse("transparency:reports")),)
        if _INVESTIGATE in session.duties
        else ()
    )
