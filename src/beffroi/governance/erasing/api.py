"""What the composition root may use of this application."""

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session
from beffroi.ui.shell import NavigationItem

_ERASE: Final = "erase"


def navigation(session: Session) -> tuple[NavigationItem, ...]:
    """Lists of files to erase, where the agent's chosen role asks for them or signs; the guard decides again."""
    return (NavigationItem(gettext("Effacements"), reverse("erasing:lists")),) if _ERASE in session.duties else ()
