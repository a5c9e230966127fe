"""What the groups of fields are called, on every screen and in the language of the page."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

_NAMES: Final[Mapping[str, object]] = {
    "identity": _("Identité"),
    "contact": _("Coordonnées"),
    "nir": _("Numéro de sécurité sociale"),
    "agency_id": _("Identifiant France Travail"),
    "situation": _("Situation"),
    "followup": _("Suivi"),
    "training": _("Formation"),
    "legal_representative": _("Représentant légal"),
    "attachments": _("Pièces jointes"),
    "sensitive_followup": _("Notes sensibles"),
}


def name(code: str) -> str:
    """One group; its code where this version knows no name for it."""
    return str(_NAMES.get(code, code))


def names(codes: Iterable[str]) -> str:
    """Groups in a row."""
    return ", ".join(map(name, codes))
