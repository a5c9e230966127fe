"""Sentences that the pages of partners share, in the language of the page."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext

from beffroi.client.partners import Due
from beffroi.core.policy import Label
from beffroi.ui import formatting


def written(label: Label) -> str:
    """A label of the law in the language of the page."""
    return label.en if (get_language() or "fr").startswith("en") else formatting.french(label.fr)


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, formatting.language_of(get_language()))


def last_day(until_at: datetime) -> date:
    """The last whole day before an instant, in Paris."""
    return timezone.localtime(until_at - timedelta(microseconds=1)).date()


def state(code: str) -> tuple[str, str]:
    """A partner's state and its tone."""
    known = {
        "onboarding": (gettext("Entrée en cours"), "info"),
        "open": (gettext("Ouvert"), "success"),
        "offboarding": (gettext("Sortie en cours"), "warning"),
        "closed": (gettext("Clos"), "neutral"),
    }
    return known.get(code, (gettext("Inconnu"), "danger"))


def kind(code: str) -> str:
    """What sort of organisation it is."""
    known = {
        "youth-office": gettext("Mission Locale"),
        "employment-agency": gettext("Agence pour l'emploi"),
        "training-organisation": gettext("Organisme de formation"),
    }
    return known.get(code, code)


def level(code: int) -> str:
    """What is demanded of every member."""
    known = {1: gettext("Identité seule"), 2: gettext("Second facteur"), 3: gettext("Clé d'accès")}
    return known.get(code, gettext("Inconnu"))


def due(one: Due) -> str:
    """What is due, in a few words."""
    known = {
        "contract-missing": gettext("Contrat à enregistrer"),
        "contract-ends": gettext("Contrat à renouveler"),
        "onboarding": gettext("Liste d'entrée à terminer"),
        "opening": gettext("Ouverture à demander"),
        "offboarding": gettext("Liste de sortie à terminer"),
        "audit-answers": gettext("Audit à terminer"),
        "audit-next": gettext("Audit à ouvrir"),
        "correction": gettext("Correction attendue"),
    }
    return known.get(one.matter, one.matter)


def answer(code: str) -> tuple[str, str]:
    """An answer of an audit and its tone."""
    known = {
        "yes": (gettext("Oui"), "success"),
        "partly": (gettext("En partie"), "warning"),
        "no": (gettext("Non"), "danger"),
        "not-concerned": (gettext("Sans objet"), "neutral"),
    }
    return known.get(code, (gettext("Sans réponse"), "neutral"))
