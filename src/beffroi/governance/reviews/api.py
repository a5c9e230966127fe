"""What the composition root may use of this application."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session

_REVIEWERS: Final = frozenset({"approver", "founder"})


@dataclass(frozen=True)
class Entry:
    """An entry of the main navigation."""

    label: str
    url: str


def navigation(session: Session) -> tuple[Entry, ...]:
    """Reviews, where the agent's chosen role reviews habilitations; the guard decides again on every page."""
    held = session.membership
    if held is None or held.role not in _REVIEWERS:
        return ()
    return (Entry(gettext("Revues"), reverse("reviews:campaigns")),)
