"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

_WATCH, _INVESTIGATE = "watch", "investigate"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entries that the chosen role can use; the guard decides again on every page."""
    entries = []
    if _WATCH in session.duties:
        entries.append(NavigationItem(gettext("En direct"), reverse("detection:live")))
    if _INVESTIGATE in session.duties:
        entries.append(NavigationItem(gettext("Urgences"), reverse("detection:glass"), session.glass_waiting or None))
    return tuple(entries)
