"""What a contract says and what its beginning and end demand: clauses with their versions, two check-lists.

From what was recommended after the incidents: clauses, security contact, onboarding and offboarding of partners,
one level of requirement for all of them; GDPR article 28 for the processor's clauses.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.policy import Label


class Clause(NamedTuple):
    """A clause as contracts hold it: its current version, whether no contract may do without, what it says."""

    version: int
    mandatory: bool
    label: Label


class List(StrEnum):
    """The two check-lists of a partner."""

    ONBOARDING = "onboarding"
    OFFBOARDING = "offboarding"


CLAUSES: Final[Mapping[str, Clause]] = {
    "processing": Clause(
        1, True, Label("Objet et durée du traitement (RGPD, art. 28)", "Purpose and length of processing (GDPR 28)")
    ),
    "confidentiality": Clause(
        1, True, Label("Confidentialité et secret professionnel", "Confidentiality and professional secrecy")
    ),
    "breach-notice": Clause(
        1, True, Label("Alerte du réseau sous 24 heures en cas d’incident", "Network told of an incident in 24 hours")
    ),
    "strong-sign-in": Clause(
        1, True, Label("Second facteur pour chaque agent", "A second factor for every agent")
    ),
    "leavers": Clause(
        1, True, Label("Départs déclarés le jour même", "Leavers reported the same day")
    ),
    "awareness": Clause(
        1, True, Label("Sensibilisation de chaque agent, tous les six mois", "Awareness course, every six months")
    ),
    "audit": Clause(1, True, Label("Droit d’audit du réseau", "The network’s right to audit")),
    "processors": Clause(
        1, False, Label("Sous-traitants soumis à accord préalable", "Processors only with prior agreement")
    ),
    "devices": Clause(
        1, False, Label("Postes de travail gérés et à jour", "Managed and updated devices")
    ),
    "logs": Clause(1, False, Label("Journaux conservés et remis sur demande", "Logs kept, given on request")),
    "return": Clause(
        1, False, Label("Restitution et destruction des données en fin de contrat", "Data returned and destroyed")
    ),
}  # fmt: skip
LISTS: Final[Mapping[List, Mapping[str, Label]]] = {
    List.ONBOARDING: {
        "contract-signed": Label("Contrat signé par les deux parties", "Contract signed by both parties"),
        "controllers-told": Label(
            "Responsables de traitement informés, registre à jour", "Data controllers told, register updated"
        ),
        "contact-called": Label(
            "Contact de sécurité appelé au numéro donné", "Security contact called on the number given"
        ),
        "managers-met": Label(
            "Gestionnaires de comptes désignés, identité vérifiée", "Account managers appointed, identity checked"
        ),
        "passkeys": Label(
            "Clés d’accès remises aux gestionnaires de comptes", "Passkeys handed to the account managers"
        ),
        "course-planned": Label("Parcours de sensibilisation planifié", "Awareness course planned"),
        "roster-given": Label("Annuaire remis : domaines et personnes", "Roster given: domains and people"),
        "leavers-agreed": Label(
            "Circuit des départs convenu et essayé", "Path for reporting leavers agreed and tried"
        ),
    },
    List.OFFBOARDING: {
        "people-handed-over": Label(
            "Personnes suivies confiées à un autre organisme", "People followed handed over to another organisation"
        ),
        "accounts-closed": Label("Comptes et habilitations clos", "Accounts and habilitations closed"),
        "keys-revoked": Label(
            "Clés d’application et comptes techniques révoqués", "Application keys and technical accounts revoked"
        ),
        "data-returned": Label("Données restituées", "Data returned"),
        "data-destroyed": Label(
            "Attestation de destruction des copies reçue", "Certificate of destruction of copies received"
        ),
        "controllers-told": Label(
            "Responsables de traitement informés, registre à jour", "Data controllers told, register updated"
        ),
    },
}
"""Items of each list, in the order in which they are read."""


def reference(code: str) -> str:
    """A clause as a contract cites it: its code and its current version. Raises KeyError for an unknown one."""
    return f"{code}/{CLAUSES[code].version}"


def cited(text: str) -> Clause | None:
    """The clause that a contract cites; ``None`` for an unknown one or a version that never was."""
    code, _, version = text.partition("/")
    clause = CLAUSES.get(code)
    if clause is None or not (version.isascii() and version.isdigit()) or not 1 <= int(version) <= clause.version:
        return None
    return clause


def missing(cited_clauses: Collection[str]) -> tuple[str, ...]:
    """Codes of the clauses that no contract may do without and that this one lacks."""
    codes = {text.partition("/")[0] for text in cited_clauses}
    return tuple(code for code, clause in CLAUSES.items() if clause.mandatory and code not in codes)
