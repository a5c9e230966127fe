"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.governance.transparency import rights
from beffroi.governance.transparency.web.own_dates import Dates, OwnDate, place
from beffroi.ui.shell import NavigationItem

__all__ = ["Dates", "OwnDate", "navigation", "place", "services"]

_INVESTIGATE = "investigate"


def services(session: Session, person: str) -> tuple[NavigationItem, ...]:
    """What this application does for a person whose file is open."""
    if rights.inviting_purpose(session) is None:
        return ()
    return (
        NavigationItem(gettext("Remettre un code pour son espace"), reverse("transparency:invite", args=[person])),
    )


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """The entry of security officers; the personal space itself is in nobody's navigation."""
    return (
        (NavigationItem(gettext("Signalements"), reverse("transparency:reports")),)
        if _INVESTIGATE in session.duties
        else ()
    )
