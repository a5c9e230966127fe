"""Words of the sheet: why a habilitation is looked at alone, and what is known of it."""

from django.utils.translation import get_language, gettext, ngettext

from beffroi.client.answers import Label
from beffroi.client.reviews import Facts


def written(label: Label | None) -> str:
    """A role's name in the language of the page."""
    if label is None:
        return gettext("Rôle non reconnu")
    return label.en if (get_language() or "fr").startswith("en") else label.fr


def reason(code: str) -> str:
    """One reason, as a reviewer reads it."""
    known = {
        "unknown-role": gettext("Le rôle n'est pas reconnu : personne ne sait ce qu'il permet."),
        "reads-no-file": gettext("Ce rôle gère des accès ou surveille : il se revoit toujours seul."),
        "break-glass": gettext("Des dossiers ont été ouverts en urgence, sans relation avec la personne."),
        "unexplained": gettext("Des dossiers ont été ouverts sans relation qui les explique."),
        "exposed": gettext("Si ce compte tombait, il exposerait plus de personnes que neuf comptes pareils sur dix."),
        "above-peers": gettext("Plus de trois fois plus d'ouvertures que les collègues du même rôle."),
        "never-used": gettext("Aucune utilisation depuis trois mois."),
        "unused": gettext("Aucune utilisation depuis plus de quarante-cinq jours."),
    }
    return known.get(code, gettext("Motif non reconnu"))


def openings(facts: Facts) -> str:
    """What was opened, and how it was explained."""
    parts = [
        ngettext("%(count)s ouverture expliquée", "%(count)s ouvertures expliquées", facts.related)
        % {"count": facts.related}
    ]
    if facts.broken:
        parts.append(ngettext("%(count)s en urgence", "%(count)s en urgence", facts.broken) % {"count": facts.broken})
    if facts.other:
        parts.append(
            ngettext("%(count)s inexpliquée", "%(count)s inexpliquées", facts.other) % {"count": facts.other}
        )
    return ", ".join(parts)
