"""What the composition root may use of this application."""

from typing import Final

from django.urls import reverse

from beffroi.client.answers import Session

_REVIEWERS: Final = frozenset({"approver", "founder"})


def reviews_url(session: Session) -> str:
    """Where this agent's chosen role reviews habilitations; empty where it does not. The guard decides again."""
    held = session.membership
    return reverse("reviews:campaigns") if held is not None and held.role in _REVIEWERS else ""
