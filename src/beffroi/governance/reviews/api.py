"""What the composition root may use of this application."""

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

_REVIEW: Final = "review"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """Reviews, where the agent's chosen role reviews habilitations; the guard decides again on every page."""
    return (NavigationItem(gettext("Revues"), reverse("reviews:campaigns")),) if _REVIEW in session.duties else ()
