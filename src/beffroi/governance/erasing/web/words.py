"""Words of these pages."""

from django.utils.translation import get_language, gettext

from beffroi.client.answers import Label
from beffroi.client.erasing import ErasureList


def written(label: Label) -> str:
    """A word of the guard in the language of the page."""
    return label.en if (get_language() or "fr").startswith("en") else label.fr


def short(identifier: str) -> str:
    """The beginning of a random id, as people compare it."""
    return identifier[:8]


def state(one: ErasureList) -> tuple[str, str]:
    """Where a list stands, and the tone of its badge."""
    if one.status == "done":
        return gettext("Terminée"), "success"
    if one.status == "signed":
        return gettext("Effacement en cours"), "warning"
    if one.request is not None:
        return gettext("Attend deux signatures"), "info"
    return gettext("À vérifier"), "neutral"
