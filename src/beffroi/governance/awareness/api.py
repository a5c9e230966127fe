"""What the composition root may use of this application."""

from datetime import datetime
from math import ceil

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from beffroi.client.answers import Session
from beffroi.core.awareness import reminder
from beffroi.ui.shell import Notice

_DAY = 86_400
_KINDS = {30: "info", 14: "warning", 3: "danger", 0: "danger"}


def notices(request: HttpRequest, session: Session, now: datetime) -> tuple[Notice, ...]:
    """What every page calls to mind while the attestation is about to end, or has; not the training's own pages.

    Somebody without a membership is told elsewhere what remains to be done.
    """
    due, home = reminder(session.attested_until, now), reverse("awareness:home")
    if due is None or not session.memberships or request.path.startswith(home):
        return ()
    left = ceil((session.attested_until - now).total_seconds() / _DAY)
    if due == 0:
        text = gettext("Votre attestation de sensibilisation n'est plus valable : aucun dossier ne s'ouvre.")
    else:
        text = ngettext(
            "Votre attestation de sensibilisation prend fin dans %(days)d jour.",
            "Votre attestation de sensibilisation prend fin dans %(days)d jours.",
            left,
        ) % {"days": left}
    return (Notice(_KINDS[due], text, home, gettext("Renouveler mon attestation")),)
