"""Sentences the pages of trainings share, in the language of the page."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.training import Half, Mark, Outcome, Reason, Say, Tally
from beffroi.systems.trainings.actions import Fault
from beffroi.systems.trainings.models import Ending
from beffroi.ui import formatting
from beffroi.ui.components import Entry

SAYINGS: Final[Mapping[Say, Promise]] = {
    Say.ENTER: _("La personne est entrée en formation"),
    Say.MISS: _("La personne ne s'est pas présentée"),
    Say.COMPLETE: _("La personne a suivi toute la formation"),
    Say.PARTLY: _("La personne a suivi une partie de la formation"),
    Say.LEAVE: _("La personne a abandonné"),
}
ENTRIES: Final[Mapping[Say, Promise]] = {Say.ENTER: _("Entrée en formation"), Say.MISS: _("Pas venue")}
"""The two words of a first day, beside each name."""
OUTCOMES: Final[Mapping[Outcome, Promise]] = {
    Outcome.COMPLETED: _("Formation suivie en entier"),
    Outcome.PARTLY: _("Formation suivie en partie"),
    Outcome.LEFT: _("Abandon"),
}
REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.JOB: _("Reprise d'un emploi"),
    Reason.OTHER_COURSE: _("Autre formation"),
    Reason.MOVED: _("Déménagement"),
    Reason.PERSONAL: _("Raison personnelle"),
    Reason.EXCLUDED: _("Exclusion"),
    Reason.UNKNOWN: _("Raison inconnue"),
}
MARKS: Final[Mapping[Mark, tuple[Promise, str]]] = {
    Mark.PRESENT: (_("Présent"), "success"),
    Mark.LATE: (_("Retard"), "info"),
    Mark.ABSENT: (_("Absent"), "warning"),
    Mark.EXCUSED: (_("Excusé"), "neutral"),
}
"""A half-day in one word, each with a first letter of its own to choose it by, and the tone of its badge."""
TOTALS: Final[Mapping[Mark, Promise]] = {
    Mark.PRESENT: _("Présences"),
    Mark.LATE: _("Retards"),
    Mark.ABSENT: _("Absences"),
    Mark.EXCUSED: _("Absences excusées"),
}
"""What half-days of each mark are called together."""
HALVES: Final[Mapping[Half, Promise]] = {Half.MORNING: _("Matin"), Half.AFTERNOON: _("Après-midi")}
WEEKDAYS: Final = (
    _("Lundi"), _("Mardi"), _("Mercredi"), _("Jeudi"), _("Vendredi"), _("Samedi"), _("Dimanche"),
)  # fmt: skip
_FAULTS: Final[Mapping[Fault, Promise]] = {
    Fault.UNKNOWN: _("Ce jour n'est pas au calendrier de la session."),
    Fault.CLOSED: _("Ce jour ne peut plus être modifié : quatorze jours sont passés."),
    Fault.CHANGED: _(
        "Un collègue a écrit autre chose entre-temps : rien n'a été écrasé. Relisez la feuille, puis recommencez."
    ),
    Fault.OUTSIDE: _("Aucun de ces jours n'est entre le premier et le dernier jour de la session."),
    Fault.THERE: _("La session a déjà un calendrier : modifiez ses jours."),
    Fault.WRITTEN: _("Des présences sont déjà notées ce jour-là : il reste au calendrier."),
}


def fault(found: Fault) -> str:
    """Why nothing was written."""
    return str(_FAULTS[found])


def hours(minutes: int) -> str:
    """« 3 h 30 »."""
    whole, rest = divmod(minutes, 60)
    return gettext("%(hours)s h %(minutes)02d") % {"hours": whole, "minutes": rest} if rest else gettext(
        "%(hours)s h"
    ) % {"hours": whole}  # fmt: skip


def long_day(day: date) -> str:
    """« lundi 23 novembre 2026 »."""
    return formatting.long_date(day, formatting.language_of(get_language()), weekday=True)


def short_day(day: date) -> str:
    """« 23/11/2026 »."""
    return formatting.short_date(day, formatting.language_of(get_language()))


def half_days(count: int) -> str:
    """« 4 demi-journées »."""
    return ngettext("%(count)s demi-journée", "%(count)s demi-journées", count) % {"count": count}


def attendance(tally: Tally) -> Sequence[Entry]:
    """What half-days add up to."""
    marks = (Entry(str(TOTALS[mark]), half_days(count)) for mark, count in tally.marks.items())
    return (Entry(gettext("Heures réalisées"), hours(tally.minutes)), *marks)


def ended(ending: Ending | None) -> Sequence[Entry]:
    """How a training ended, and why somebody left."""
    if ending is None:
        return ()
    entries = [Entry(gettext("Fin"), str(OUTCOMES[Outcome(ending.outcome)]))]
    if ending.reason is not None:
        entries.append(Entry(gettext("Motif du départ"), str(REASONS[Reason(ending.reason)])))
    return entries


def many_missed(count: int) -> str:
    """What tells an adviser of absences."""
    return gettext("%(half_days)s d'absence sans excuse en trente jours") % {"half_days": half_days(count)}
