"""Words that the pages of the inventory share, in the language of the page."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.answers import Label
from beffroi.client.inventory import Account, Held, Node
from beffroi.ui import formatting

KINDS: Final = (
    ("manager", _("Gère des comptes")),
    ("approver", _("Approuve")),
    ("security", _("Veille à la sécurité")),
    ("founder", _("Fonde le réseau")),
    ("reader", _("Lit des dossiers")),
)
STATUSES: Final = (
    ("active", _("Actif")),
    ("invited", _("Invité")),
    ("suspended", _("Suspendu")),
    ("closed", _("Fermé")),
)
ORDERS: Final = (
    ("exposure", _("Exposition en 24 heures, la plus grande d'abord")),
    ("last-use", _("Dernière utilisation, la plus ancienne d'abord")),
    ("attestation", _("Fin de l'attestation, la plus proche d'abord")),
    ("review", _("Fin de la revue, la plus proche d'abord")),
    ("created", _("Création, la plus récente d'abord")),
)


def written(label: Label) -> str:
    """A word of the policy in the language of the page."""
    return label.en if (get_language() or "fr").startswith("en") else label.fr


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, formatting.language_of(get_language()))


def name(one: Account | Node) -> str:
    """Who an account is, or its number where the name is not the reader's to know."""
    if one.name is not None:
        return one.name.reveal()
    return gettext("Compte %(number)s") % {"number": one.account[:8]}


def state(one: Account) -> tuple[str, str]:
    """Status of an account and its badge's tone."""
    if one.contained:
        return gettext("Confiné"), "danger"
    tones = {"active": "success", "invited": "info", "suspended": "danger"}
    return status(one.status), tones.get(one.status, "neutral")


def status(code: str) -> str:
    """Status of an account or of a habilitation."""
    known = {
        **{code: str(label) for code, label in STATUSES},
        "requested": gettext("Demandée"),
        "approved": gettext("Approuvée"),
        "enrolled": gettext("Enrôlée"),
        "trained": gettext("Formée"),
        "probation": gettext("En probation"),
        "confirmed": gettext("Confirmée"),
    }
    return known.get(code, gettext("Statut inconnu"))


def role(held: Held) -> str:
    """The role of a habilitation."""
    return gettext("Rôle non reconnu") if held.label is None else written(held.label)


def roles(held: Iterable[Held]) -> list[str]:
    """Role and organisation of each habilitation."""
    return [f"{role(one)}, {one.organisation_name}" for one in held]


def served(held: Held) -> str:
    """In which applications a habilitation serves."""
    if not held.applications:
        return gettext("Aucune application")
    names = ", ".join(one.name for one in held.applications)
    return ngettext("Application : %(names)s", "Applications : %(names)s", len(held.applications)) % {"names": names}


def factor(kind: str) -> str:
    """A second factor."""
    known = {"passkey": gettext("clé d'accès"), "totp": gettext("code à usage unique")}
    return known.get(kind, gettext("autre moyen"))
