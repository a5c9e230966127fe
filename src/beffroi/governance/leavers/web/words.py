"""Words of these pages."""

from django.urls import reverse
from django.utils.translation import get_language, gettext

from beffroi.client.answers import Label
from beffroi.client.leaving import WrongLine
from beffroi.ui.components import Tab

PEOPLE, WAITING, FILE = "people", "waiting", "file"


def tabs(current: str) -> tuple[Tab, ...]:
    """The three parts of leaving."""
    labels = {
        PEOPLE: gettext("Personnes de la structure"),
        WAITING: gettext("En attente de réponse"),
        FILE: gettext("Fichier du personnel"),
    }
    return tuple(Tab(label, reverse(f"leavers:{name}"), current=name == current) for name, label in labels.items())


def written(label: Label) -> str:
    """A word of the policy in the language of the page."""
    return label.en if (get_language() or "fr").startswith("en") else label.fr


def source(code: str) -> str:
    """By whose word somebody would leave."""
    known = {
        "idle": gettext("Compte inutilisé depuis longtemps"),
        "hr": gettext("Fichier du personnel"),
        "scim": gettext("Annuaire de la structure"),
        "manager": gettext("Gestionnaire des comptes"),
    }
    return known.get(code, gettext("Autre"))


def escalation(kind: str) -> str:
    """What the network level must put right."""
    known = {
        "no-manager": gettext("Plus aucun gestionnaire des comptes"),
        "few-approvers": gettext("Moins de deux approbateurs dans le réseau"),
        "few-founders": gettext("Moins de deux fondateurs en activité"),
    }
    return known.get(kind, gettext("Autre"))


def expected(problem: WrongLine) -> str:
    """What a wrong line of a personnel file should have held."""
    known = {
        "too-large": gettext("Fichier trop long : partagez-le en plusieurs"),
        "too-many-lines": gettext("Au plus 5 000 lignes"),
        "columns": gettext("Une colonne « email » et une colonne « dernier jour », chacune une fois"),
        "every-column": gettext("Autant de colonnes que l'en-tête"),
        "address": gettext("Une adresse professionnelle"),
        "day": gettext("Une date, comme 31/12/2026"),
        "named-once": gettext("Une adresse qui n'est pas déjà plus haut"),
        "csv": gettext("Un guillemet n'est pas fermé, ou le fichier n'est pas un CSV"),
    }
    return known.get(problem.expected, gettext("Autre chose"))
