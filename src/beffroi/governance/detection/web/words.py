"""Words of the live view and of the journal, in the language of the page."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.ui import formatting

FILTERS: Final[Mapping[str, str]] = {
    "organisation": "structure", "account": "compte", "application": "application"
}  # fmt: skip
"""Name in an address of the filter by each."""
KINDS: Final = (
    ("released", _("Dossier consulté")),
    ("found", _("Personne cherchée et trouvée")),
    ("created", _("Personne inscrite")),
    ("updated", _("Dossier modifié")),
    ("erased", _("Dossier effacé")),
    ("archived", _("Dossier archivé")),
    ("resumed", _("Suivi repris")),
    ("followed-by-presence", _("Suivi commencé sur présence prouvée")),
    ("erasure-list-prepared", _("Liste à effacer préparée")),
    ("erasure-held", _("Dossier retenu")),
    ("erasure-hold-ended", _("Dossier qui n'est plus retenu")),
    ("erasure-list-signed", _("Liste à effacer signée")),
    ("erasure-list-done", _("Liste effacée")),
    ("assigned", _("Référent changé")),
    ("cover-made", _("Remplacement prévu")),
    ("cover-ended", _("Remplacement terminé")),
    ("prescribed", _("Personne adressée à un organisme de formation")),
    ("relation-ended", _("Relation terminée")),
    ("transfer-asked", _("Transfert demandé")),
    ("transfer-agreed", _("Transfert accepté")),
    ("transfer-refused", _("Transfert refusé")),
    ("transfer-withdrawn", _("Transfert retiré")),
    ("merged", _("Deux dossiers réunis")),
    ("person-request-registered", _("Demande d'une personne enregistrée")),
    ("person-request-moved", _("Demande d'une personne avancée")),
    ("person-request-extended", _("Délai d'une demande prolongé")),
    ("unmerged", _("Deux dossiers séparés de nouveau")),
    ("refused", _("Consultation refusée")),
    ("signed-in", _("Connexion")),
    ("stepped-up", _("Second facteur redemandé")),
    ("sign-in-refused", _("Connexion refusée")),
    ("quarantined", _("Identité mise en quarantaine")),
    ("session-revoked", _("Session coupée")),
    ("request", _("Demande faite")),
    ("request-approved", _("Demande approuvée")),
    ("request-refused", _("Demande refusée")),
    ("account-created", _("Compte créé")),
    ("account-bound", _("Compte rattaché à une identité")),
    ("enrolment-issued", _("Code d'enrôlement remis")),
    ("enrolment-closed", _("Code d'enrôlement fermé")),
    ("habilitation", _("Habilitation changée")),
    ("contained", _("Confinement")),
    ("lifted", _("Confinement levé")),
    ("suspended", _("Compte suspendu")),
    ("restored", _("Compte rendu")),
    ("integrity", _("Donnée falsifiée ou abîmée")),
    ("diverged", _("Donnée rétablie ou supprimée en base")),
    ("fact", _("Donnée écrite")),
)
_LABELS: Final = dict(KINDS)


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, formatting.language_of(get_language()))


def by(code: str) -> str:
    """What the last hour is counted by."""
    return {
        "organisation": gettext("Structure"), "account": gettext("Compte"), "application": gettext("Application")
    }[code]  # fmt: skip


def unnamed(by: str, id_: str) -> str:
    """What stands for an account, a structure or an application whose name is not there to be read."""
    if by == "account":
        return gettext("Compte %(number)s") % {"number": id_[:8]}
    return gettext("Sans nom (%(number)s)") % {"number": id_[:8] or "–"}


def ago(minutes: int) -> str:
    """How long ago a bar ended: « 5 min »."""
    return gettext("%(minutes)s min") % {"minutes": minutes}


def span(code: str) -> str:
    """The span of a budget, after « 12 sur 40 personnes »."""
    known = {"hour": gettext("en une heure"), "day": gettext("aujourd'hui"), "week": gettext("en 7 jours"),
        "month": gettext("en 30 jours")}  # fmt: skip
    return known[code]


def kind(code: str) -> str:
    """What happened; the journal's own word for what this page has no sentence for."""
    return str(_LABELS.get(code, code))


def consultations(count: int) -> str:
    """« 1 240 consultations dans l'heure »."""
    return ngettext(
        "%(count)s consultation dans l'heure écoulée", "%(count)s consultations dans l'heure écoulée", count
    ) % {"count": number(count)}
