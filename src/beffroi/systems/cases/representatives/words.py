"""What the screens call the ties between a minor and who represents them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RELATIONSHIPS: Mapping[str, Promise] = {
    "mother": _("Mère"),
    "father": _("Père"),
    "guardian": _("Tuteur ou tutrice"),
    "service": _("Service ou établissement à qui la personne est confiée"),
    "other": _("Autre titulaire de l'autorité parentale"),
}


def relationship(text: str) -> str:
    """The word of a code; what an import says stays as it is."""
    return str(RELATIONSHIPS.get(text, text))
