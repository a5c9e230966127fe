"""What the screens call statuses, programmes and filters."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.progress import Coming, Contact, Programme, Status

STATUSES: Mapping[Status, tuple[Promise, str]] = {
    Status.WELCOME: (_("En cours d'accueil"), "info"),
    Status.FOLLOWED: (_("En accompagnement"), "success"),
    Status.PAUSED: (_("En pause"), "warning"),
    Status.LEFT: (_("Accompagnement terminé"), "neutral"),
}
"""The word and the tone of its badge."""
PROGRAMMES: Mapping[Programme, str] = {
    Programme.PACEA: "PACEA",
    Programme.CEJ: "CEJ",
    Programme.AIJ: "AIJ",
    Programme.PARRAINAGE: "Parrainage",
}
"""Names of their own, the same in every language."""
CONTACTS: Mapping[Contact, Promise] = {
    Contact.WITHIN_30: _("Dans les 30 derniers jours"),
    Contact.OVER_30: _("Il y a plus de 30 jours"),
    Contact.OVER_60: _("Il y a plus de 60 jours"),
    Contact.OVER_90: _("Il y a plus de 90 jours, ou jamais"),
}
COMINGS: Mapping[Coming, Promise] = {
    Coming.SOME: _("Rendez-vous à venir"),
    Coming.NONE: _("Aucun rendez-vous à venir"),
}


def status(found: Status | None) -> tuple[str, str]:
    """A status and its tone; nothing was said of people who came with an import."""
    if found is None:
        return gettext("Non renseigné"), "neutral"
    words, tone = STATUSES[found]
    return str(words), tone


def programmes(found: frozenset[Programme]) -> str:
    """« CEJ, PACEA »."""
    return ", ".join(sorted(PROGRAMMES[each] for each in found))
