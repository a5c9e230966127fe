"""What articles, states and reasons are called on the pages."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ARTICLES: Mapping[str, Promise] = {
    "access": _("Accès à ses données (article 15)"),
    "rectification": _("Rectification (article 16)"),
    "erasure": _("Effacement (article 17)"),
    "restriction": _("Limitation du traitement (article 18)"),
    "portability": _("Portabilité (article 20)"),
}
TO_PERSON: Mapping[str, Promise] = {**ARTICLES, "access": _("Accès à vos données (article 15)")}
"""Articles as that person reads them."""
STATES: Mapping[str, Promise] = {
    "received": _("Reçue"),
    "identified": _("Identité vérifiée"),
    "in-progress": _("En cours de traitement"),
    "answered": _("Réponse donnée"),
    "refused": _("Refusée"),
}
STEPS: Mapping[str, Promise] = {
    "identified": _("Confirmer que l'identité est vérifiée"),
    "in-progress": _("Commencer le traitement"),
    "answered": _("Donner la réponse et clore"),
}
DONE: Mapping[str, Promise] = {
    "identified": _("L'identité de la personne est notée comme vérifiée."),
    "in-progress": _("Le traitement est commencé."),
    "answered": _("La réponse est donnée, et la demande est close."),
    "refused": _("La demande est refusée, et close."),
    "extend": _("Vous avez deux mois de plus pour répondre."),
}
"""What is said once a step is taken."""
REASONS: Mapping[str, Promise] = {
    "identity-not-proven": _("L'identité n'est pas établie"),
    "unfounded": _("Demande manifestement infondée"),
    "excessive": _("Demande excessive"),
    "law-provides": _("Une loi s'y oppose"),
}
UNPROVEN = "identity-not-proven"
"""The reason that only a request whose identity is not known can have."""
MISSING: Mapping[str, Any] = {"required": _("Choisissez une réponse de la liste.")}
EXTENSIONS: Mapping[str, Promise] = {
    "complex": _("Demande complexe"),
    "many-requests": _("Nombre de demandes"),
}
RELATIONS: Mapping[str, Promise] = {
    "followed": _("vous accompagne"),
    "appointment": _("vous y avez un rendez-vous"),
    "prescription": _("vous y êtes orienté vers une formation"),
    "enrolment": _("vous y suivez une formation"),
    "archived": _("vous a accompagné ; le dossier est archivé"),
}
"""How an organisation knows a person, said to that person."""
TONES: Mapping[str, str] = {"answered": "success", "refused": "neutral"}


def said(table: Mapping[str, Promise], code: str | None) -> str:
    """The words of a code; nothing for one that is not of the list."""
    return str(table.get(code or "", ""))
