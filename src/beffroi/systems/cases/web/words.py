"""Sentences the pages of the files share, in the language of the page."""

from datetime import date

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from beffroi.client.answers import Label, Session
from beffroi.ui import formatting


def written(label: Label) -> str:
    """A word of the policy in the language of the page."""
    return label.en if (get_language() or "fr").startswith("en") else label.fr


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, formatting.language_of(get_language()))


def people(count: int) -> str:
    """« 1 600 personnes »."""
    return ngettext("%(count)s personne", "%(count)s personnes", count) % {"count": number(count)}


def list_heading(session: Session, scope: str) -> str:
    """Title of a list."""
    if scope == "portfolio":
        return gettext("Mon portefeuille")
    if scope == "without-referent":
        return gettext("Sans conseiller référent")
    kind = session.membership.organisation.kind if session.membership else ""
    if kind == "training-organisation":
        return gettext("Mes stagiaires")
    return gettext("Les personnes de ma structure")


def explanation(code: str) -> str:
    """Why a file was opened: a relation, or a recorded reason (invariant I-14)."""
    known = {
        "referent": gettext("Vous êtes le référent"),
        "cover": gettext("Vous remplacez le référent"),
        "followed": gettext("Votre structure suit cette personne"),
        "appointment": gettext("Un rendez-vous est prévu dans votre structure"),
        "prescription": gettext("Une formation lui est prescrite chez vous"),
        "enrolment": gettext("La personne est inscrite à votre formation"),
        "archived": gettext("Dossier archivé par votre structure"),
        "break-glass": gettext("Ouverture motivée en urgence"),
        "registration": gettext("Vous venez de l'inscrire"),
        "search": gettext("Trouvée par une recherche exacte"),
    }
    return known.get(code, "")


def masked(code: str) -> str:
    """Why a line of a list shows no identity."""
    if code.startswith("budget-"):
        return gettext("Limite atteinte : l'identité reste masquée pour le moment.")
    if code == "step-up-required":
        return gettext("Une confirmation de votre identité est demandée pour afficher cette ligne.")
    if code == "restricted":
        return gettext("Dossier limité à la demande de la personne")
    return gettext("Cette identité ne peut pas vous être montrée.")


def bucket(code: str) -> str:
    """What a budget of distinct people counts."""
    known = {
        "portfolio": gettext("Mes suivis consultés"),
        "office": gettext("Autres personnes de ma structure consultées"),
        "reception": gettext("Personnes consultées à l'accueil"),
        "trainees": gettext("Stagiaires consultés"),
        "break-glass": gettext("Ouvertures motivées en urgence"),
        "search": gettext("Personnes trouvées ailleurs"),
        "relations": gettext("Personnes inscrites ou rattachées"),
        "assignments": gettext("Personnes confiées à un collègue"),
        "messages": gettext("Personnes à qui vous avez écrit"),
        "exports": gettext("Personnes exportées sans accord"),
    }
    return known.get(code, gettext("Dossiers consultés"))


def today() -> date:
    """The day in Paris."""
    return timezone.localdate()
