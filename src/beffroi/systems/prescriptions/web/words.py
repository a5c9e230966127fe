"""Sentences the pages share, in the language of the page."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.answers import Session
from beffroi.core.catalogue import COLUMNS, Wrong
from beffroi.systems.prescriptions import rights
from beffroi.systems.prescriptions.actions import Keeper
from beffroi.systems.prescriptions.models import TrainingSession
from beffroi.ui import formatting

_EXPECTED: Final[dict[Wrong, Promise]] = {
    Wrong.MISSING: _("Indiquez une valeur."),
    Wrong.TOO_LONG: _("Ce texte est trop long."),
    Wrong.REFERENCE: _("Majuscules, chiffres, points et tirets seulement."),
    Wrong.COMMUNE: _("Aucune commune de ce nom ou de ce code."),
    Wrong.DAY: _("Écrivez le jour, le mois et l'année, par exemple 05/03/2027."),
    Wrong.TOO_FAR: _("Ce jour est à plus de trois ans."),
    Wrong.ORDER: _("Le dernier jour vient avant le premier."),
    Wrong.PLACES: _("Un nombre de 1 à 500."),
    Wrong.ROME: _("Une lettre de A à N et quatre chiffres, par exemple G1602 ; cinq codes au plus."),
    Wrong.TWICE: _("Cette référence est déjà celle d'une autre session."),
    Wrong.TOO_FEW: _("Il y a déjà plus de personnes que de places."),
    Wrong.CANCELLED: _("Cette session est annulée : donnez une autre référence."),
    Wrong.COLUMN: _("Cette colonne manque."),
    Wrong.UNKNOWN_COLUMN: _("Une colonne est inconnue ou répétée."),
    Wrong.CELLS: _("Cette ligne n'a pas autant de cases que de colonnes."),
    Wrong.TOO_MANY: _("Le fichier compte trop de lignes : la suite n'est pas lue."),
}


def expected(wrong: Wrong) -> str:
    """What to correct, without the value."""
    return str(_EXPECTED[wrong])


def column(name: str) -> str:
    """A column as the file names it, which is French in every language; a dash for a whole line."""
    return COLUMNS.get(name, "–")


def places(session: TrainingSession) -> tuple[str, str]:
    """Places left, and the tone of their badge."""
    if session.cancelled_at is not None:
        return gettext("Annulée"), "danger"
    if session.left == 0:
        return gettext("Complet"), "warning"
    said = ngettext("%(count)s place libre", "%(count)s places libres", session.left)
    return said % {"count": session.left}, "success"


def distance(kilometres: float) -> str:
    """« à 12 km »; nothing nearer than a kilometre is told apart."""
    if kilometres < 1:
        return gettext("sur place")
    return gettext("à %(distance)s km") % {"distance": round(kilometres)}


def days(session: TrainingSession) -> str:
    """« du 01/12/2026 au 31/03/2027 »."""
    language = formatting.language_of(get_language())
    first, last = (formatting.short_date(day, language) for day in (session.starts_on, session.ends_on))
    return gettext("le %(day)s") % {"day": first} if first == last else gettext("du %(first)s au %(last)s") % {
        "first": first, "last": last
    }  # fmt: skip


def organisation(session: Session) -> str:
    """The name of the organisation one acts for."""
    return session.membership.organisation.name if session.membership else ""


def keeper(session: Session, at: datetime | None = None) -> Keeper:
    """Whoever writes, for the organisation chosen."""
    return Keeper(rights.place_of(session), organisation(session), UUID(session.account), at or timezone.now())


def page_number(said: str) -> int:
    """A page asked for in an address, the first one for whatever is none."""
    return int(said[:6]) if said.isascii() and said.isdigit() and said != "0" else 1


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, formatting.language_of(get_language()))
