"""Sentences the pages share, in the language of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.answers import Session
from beffroi.client.people import Name, text_of
from beffroi.core.catalogue import COLUMNS, Wrong
from beffroi.core.prescribing import Move, Objection, Reason, Side, State
from beffroi.systems.prescriptions import rights
from beffroi.systems.prescriptions.keepers import Keeper
from beffroi.systems.prescriptions.lists import Known
from beffroi.systems.prescriptions.models import Prescription, Step, TrainingSession
from beffroi.systems.prescriptions.moving import Actor
from beffroi.ui import formatting
from beffroi.ui.components import Entry, Event

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
        return gettext("dans la commune")
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


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, formatting.language_of(get_language()))


STATES: Final[Mapping[State, tuple[Promise, str]]] = {
    State.SENT: (_("Envoyée"), "info"),
    State.WAITING: (_("En liste d'attente"), "warning"),
    State.OFFERED: (_("Place libérée"), "info"),
    State.ACCEPTED: (_("Acceptée"), "success"),
    State.ENTERED: (_("En formation"), "success"),
    State.ENDED: (_("Formation terminée"), "success"),
    State.LEFT: (_("Abandon"), "warning"),
    State.ABSENT: (_("Ne s'est pas présentée"), "warning"),
    State.REFUSED: (_("Refusée"), "danger"),
    State.WITHDRAWN: (_("Retirée"), "neutral"),
    State.CANCELLED: (_("Session annulée"), "danger"),
}
"""A state in two words, and the tone of its badge."""
MOVES: Final[Mapping[Move, Promise]] = {
    Move.ACCEPT: _("Accepter : une place lui est donnée"),
    Move.WAIT: _("Mettre en liste d'attente"),
    Move.REFUSE: _("Refuser"),
    Move.ENTER: _("La personne est entrée en formation"),
    Move.MISS: _("La personne ne s'est pas présentée"),
}
"""What is said on a prescription's page; how a training ends is said on the trainee's."""
REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.PREREQUISITES: _("Prérequis non atteints"),
    Reason.OTHER_COURSE: _("Une autre formation convient mieux"),
    Reason.NOT_REACHED: _("Personne injoignable"),
    Reason.DECLINED: _("La personne ne souhaite pas cette formation"),
    Reason.NO_PLACE: _("Plus de place"),
}
_OBJECTIONS: Final[Mapping[Objection, Promise]] = {
    Objection.NOT_NOW: _("Cela ne peut plus être dit de cette prescription : voyez où elle en est."),
    Objection.FULL: _("La session est complète : mettez la personne en liste d'attente."),
    Objection.PLACES_LEFT: _("Il reste une place : acceptez, ou refusez avec un motif."),
    Objection.TOO_FEW: _("Il y a déjà plus de personnes que de places."),
    Objection.BEGUN: _("Des personnes sont déjà entrées en formation : la session ne peut plus être annulée."),
    Objection.UNKNOWN: _("Cette prescription n'existe pas."),
    Objection.TWICE: _("Cette personne a déjà une prescription en cours pour cette session."),
}


def objection(found: Objection) -> str:
    """Why nothing was done."""
    return str(_OBJECTIONS[found])


def said(state: State) -> str:
    """What has just become of a prescription."""
    known = {
        State.ACCEPTED: gettext("La prescription est acceptée. Le conseiller le verra."),
        State.WAITING: gettext("La personne est en liste d'attente. Le conseiller le verra."),
        State.REFUSED: gettext("La prescription est refusée : vous ne voyez plus la personne."),
        State.ABSENT: gettext("C'est enregistré : vous ne voyez plus la personne."),
    }
    return known.get(state) or gettext("C'est enregistré.")


def office(session: Session) -> Actor:
    """Whoever prescribes, for the office chosen."""
    place = rights.place_of(session)
    return Actor(
        UUID(session.account), place, organisation(session), Side.OFFICE, rights.PRESCRIPTION, timezone.now()
    )


def school(session: Session) -> Actor:
    """Whoever answers, for the training organisation chosen."""
    place = rights.place_of(session)
    return Actor(UUID(session.account), place, organisation(session), Side.TRAINING, rights.FOLLOW_UP, timezone.now())


@dataclass(frozen=True, repr=False)
class Line:
    """A prescription as a list shows it; ``name`` None when the identity is not shown, and ``why``; ``party`` is the
    other organisation."""

    row: Prescription
    name: Name | None
    why: str
    party: str
    state: str
    tone: str
    days: str
    url: str
    new: bool
    alert: bool


def line(row: Prescription, known: Known, page: str, *, new: bool, alert: bool = False, party: str = "") -> Line:
    """A line that leads to ``page``; the other organisation is the session's unless another is said."""
    word, tone = STATES[State(row.state)]
    why = "" if known.name else masked(known.why)
    url = reverse(page, args=[row.id])
    party = party or row.session.organisation_name
    return Line(row, known.name, why, party, str(word), tone, days(row.session), url, new, alert)


def prescriber(row: Prescription) -> str:
    """« Prescrite par Mission Locale de Valbrume »; nothing where the name is not known."""
    name = getattr(row, "office_name", None)
    return gettext("Prescrite par %(office)s") % {"office": name} if name else ""


def masked(code: str) -> str:
    """Why a name is not shown."""
    if code.startswith("budget-"):
        return gettext("Limite atteinte : l'identité reste masquée pour le moment.")
    if code == "step-up-required":
        return gettext("Une confirmation de votre identité est demandée pour afficher cette ligne.")
    return gettext("Cette identité ne peut plus vous être montrée.")


def whole(row: Prescription, known: Known) -> dict[str, object]:
    """What both sides see of a prescription."""
    word, tone = STATES[State(row.state)]
    return {
        "row": row,
        "session": row.session,
        "party": row.session.organisation_name,
        "name": known.name.full if known.name else "",
        "why": "" if known.name else masked(known.why),
        "state": str(word),
        "tone": tone,
        "reason": str(REASONS[Reason(row.reason)]) if row.reason else "",
        "days": days(row.session),
        "session_url": reverse("prescriptions:session", args=[row.session.id]),
    }


def events(steps: Sequence[Step]) -> list[Event]:
    """What became of it, in order."""
    return [Event(step.at, str(STATES[State(step.state)][0]), tone=STATES[State(step.state)][1]) for step in steps]


def identity(values: Mapping[str, Any]) -> list[Entry]:
    """The identity that the guard opened."""
    labels = {
        "last_name": gettext("Nom d'usage"),
        "first_names": gettext("Prénoms"),
        "birth_date": gettext("Date de naissance"),
    }
    return [Entry(label, _written(values.get(name))) for name, label in labels.items()] if values else []


def training(values: Mapping[str, Any]) -> list[Entry]:
    """What the file says of training, where it says something."""
    labels = {"title": gettext("Intitulé"), "status": gettext("État"), "wish": gettext("Projet")}
    return [Entry(label, text_of(values.get(name))) for name, label in labels.items() if text_of(values.get(name))]


def _written(value: Any) -> str:
    text = text_of(value)
    return "/".join(reversed(text.split("-"))) if text.count("-") == 2 and text.replace("-", "").isdigit() else text
