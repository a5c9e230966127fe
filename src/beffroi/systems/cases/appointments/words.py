"""What the screens call states, moves, kinds and places of appointments."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.appointments import Kind, Move, Objection, Place, State
from beffroi.systems.cases.models import Appointment

STATES: Mapping[State, tuple[Promise, str]] = {
    State.PLANNED: (_("Prévu"), "info"),
    State.PRESENT: (_("Présent"), "success"),
    State.ABSENT: (_("Absent"), "warning"),
    State.EXCUSED: (_("Excusé"), "neutral"),
    State.CANCELLED: (_("Annulé"), "neutral"),
    State.POSTPONED: (_("Reporté"), "neutral"),
}
"""The word and the tone of its badge."""
KINDS: Mapping[Kind, Promise] = {
    Kind.FIRST: _("Premier accueil"),
    Kind.FOLLOW_UP: _("Entretien de suivi"),
    Kind.CONTRACT: _("Contrat d'accompagnement"),
    Kind.WORKSHOP: _("Atelier collectif"),
    Kind.PROSPECTING: _("Recherche d'emploi"),
}
PLACES: Mapping[Place, Promise] = {
    Place.OFFICE: _("Dans nos locaux"),
    Place.SITE: _("En permanence"),
    Place.TELEPHONE: _("Par téléphone"),
    Place.VIDEO: _("En visioconférence"),
    Place.OUTSIDE: _("À l'extérieur"),
}
MOVES: Mapping[Move, tuple[Promise, str]] = {
    Move.ATTEND: (_("Venu"), "secondary"),
    Move.MISS: (_("Pas venu"), "secondary"),
    Move.EXCUSE: (_("A prévenu : excusé"), "secondary"),
    Move.CANCEL: (_("Annuler le rendez-vous"), "danger"),
    Move.CORRECT: (_("Corriger : remettre à prévu"), "quiet"),
}
"""The words of the button and its kind; a postponement is a form of its own."""


def described(row: Appointment) -> tuple[str, str, tuple[str, str]]:
    """What an appointment is for, where it is, and where it stands with the tone of its badge."""
    word, tone = STATES[State(row.state)]
    return str(KINDS[Kind(row.kind)]), str(PLACES[Place(row.place)]), (str(word), tone)


def objected(found: Objection) -> str:
    """What to change."""
    match found:
        case Objection.PAST:
            return gettext("Ce jour est passé.")
        case Objection.TOO_FAR:
            return gettext("Un rendez-vous se prend au plus un an à l'avance.")
        case Objection.HOURS:
            return gettext("Un rendez-vous commence après 7 h et finit avant 21 h.")
        case Objection.LENGTH:
            return gettext("Choisissez une durée de la liste.")


def masked(why: str) -> str:
    """Why an appointment shows no name."""
    if why.startswith("budget-"):
        return gettext("Limite atteinte : l'identité reste masquée pour le moment.")
    if why == "":
        return gettext("Trop de personnes sur une page : ouvrez la journée pour voir celle-ci.")
    return gettext("Cette identité ne peut pas vous être montrée.")
