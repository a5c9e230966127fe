"""What the composition root may use of this application."""

from django.urls import reverse
from django.utils.translation import gettext

from beffroi.client.answers import Session

INVENTORY = "inventory"


def navigation(session: Session) -> tuple[tuple[str, str], ...]:
    """Label and address of the way in, for a role with the duty; the guard decides again on every page."""
    if INVENTORY not in session.duties or session.membership is None:
        return ()
    if session.membership.organisation.kind == "network":
        return ((gettext("Partenaires"), reverse("partners:list")),)
    return ((gettext("Mon organisme"), reverse("partners:own")),)
