"""The questionnaire by which a partner's practices are audited: what is asked, in which order, and the answers.

Each incident of this field stands behind a question: a password taken by a thief's program on a shared or private
machine, an account manager nobody watched, a service provider's server, journals that nobody read.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.policy import Label

VERSION: Final = "1"


class Answer(StrEnum):
    """What may be answered. ``PARTLY`` and ``NO`` call for a correction."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_CONCERNED = "not-concerned"


TO_CORRECT: Final = frozenset({Answer.PARTLY, Answer.NO})


class Question(NamedTuple):
    """One question, under its theme, and what would show that the answer is true."""

    theme: str
    text: Label
    evidence: Label


THEMES: Final[Mapping[str, Label]] = {
    "access": Label("Accès et comptes", "Access and accounts"),
    "devices": Label("Postes et réseaux", "Devices and networks"),
    "people": Label("Personnes", "People"),
    "data": Label("Données et sous-traitants", "Data and processors"),
    "incidents": Label("Incidents", "Incidents"),
}

QUESTIONS: Final[Mapping[str, Question]] = {
    "second-factor": Question(
        "access",
        Label(
            "Chaque agent utilise-t-il un second facteur personnel ?",
            "Does every agent use a second factor of their own?",
        ),
        Label("Liste des facteurs enregistrés, par agent", "List of registered factors, by agent"),
    ),
    "phishing-resistant": Question(
        "access",
        Label(
            "Les gestionnaires de comptes ont-ils une clé d’accès, et une de secours ?",
            "Do account managers hold a passkey, and a spare one?",
        ),
        Label("Registre de remise des clés", "Register of the keys handed over"),
    ),
    "no-sharing": Question(
        "access",
        Label(
            "Est-il exclu que deux personnes partagent un compte ou une session ?",
            "Is it excluded that two people share an account or a session?",
        ),
        Label("Charte signée ; contrôle sur place", "Signed charter; check on site"),
    ),
    "leavers": Question(
        "access",
        Label("Un départ est-il déclaré le jour même ?", "Is a leaver reported the same day?"),
        Label(
            "Trois derniers départs : date de fin, date de fermeture", "Last three leavers: last day, day of closing"
        ),
    ),
    "joiners": Question(
        "access",
        Label(
            "Le code d’enrôlement est-il remis en main propre, sur pièce d’identité ?",
            "Is the enrolment code handed over in person, against proof of identity?",
        ),
        Label("Procédure écrite ; personnes chargées de la remise", "Written procedure; who hands codes over"),
    ),
    "least-privilege": Question(
        "access",
        Label("Les rôles correspondent-ils au poste occupé aujourd’hui ?", "Do roles match the job held today?"),
        Label("Dernière revue trimestrielle", "Last quarterly review"),
    ),
    "managers-few": Question(
        "access",
        Label(
            "Y a-t-il au moins deux gestionnaires de comptes, et pas plus qu’il n’en faut ?",
            "Are there at least two account managers, and no more than needed?",
        ),
        Label("Noms et suppléances", "Names and deputies"),
    ),
    "managed-devices": Question(
        "devices",
        Label(
            "L’application n’est-elle ouverte que depuis des postes gérés par l’organisme ?",
            "Is the application opened from managed devices only?",
        ),
        Label("Inventaire des postes", "Inventory of devices"),
    ),
    "updates": Question(
        "devices",
        Label(
            "Systèmes et navigateurs sont-ils à jour sous 14 jours ?",
            "Are systems and browsers updated within 14 days?",
        ),
        Label("Rapport de l’outil de gestion du parc", "Report of the device-management tool"),
    ),
    "infostealers": Question(
        "devices",
        Label(
            "Les postes sont-ils protégés contre les voleurs de mots de passe, et leurs alertes sont-elles lues ?",
            "Are devices protected from infostealers, and are alerts read?",
        ),
        Label("Outil, dernière alerte traitée", "Tool, last alert handled"),
    ),
    "password-storage": Question(
        "devices",
        Label(
            "L’enregistrement des mots de passe dans le navigateur est-il désactivé ?",
            "Is saving passwords in the browser turned off?",
        ),
        Label("Règle appliquée aux postes", "Rule applied to devices"),
    ),
    "remote-work": Question(
        "devices",
        Label(
            "Le travail à distance passe-t-il par un poste et un accès de l’organisme ?",
            "Does remote work use a device and an access of the organisation?",
        ),
        Label("Description de l’accès distant", "Description of remote access"),
    ),
    "awareness": Question(
        "people",
        Label(
            "Chaque agent a-t-il suivi la sensibilisation dans les six derniers mois ?",
            "Has every agent followed the awareness course in the last six months?",
        ),
        Label("Attestations en cours de validité", "Attestations in force"),
    ),
    "phishing-reports": Question(
        "people",
        Label(
            "Chacun sait-il signaler un message suspect, et à qui ?",
            "Does everybody know how to report a suspect message, and to whom?",
        ),
        Label("Nombre de signalements sur six mois", "Number of reports over six months"),
    ),
    "charter": Question(
        "people",
        Label(
            "Chaque agent a-t-il signé une charte d’usage et de confidentialité ?",
            "Has every agent signed a charter of use and confidentiality?",
        ),
        Label("Modèle et date de la charte", "Text and date of the charter"),
    ),
    "processors": Question(
        "data",
        Label(
            "Vos prestataires qui voient ces données sont-ils connus et tenus par contrat ?",
            "Are the processors who see these data known and bound by contract?",
        ),
        Label("Liste des prestataires et dates de contrat", "List of processors and dates of contract"),
    ),
    "exports": Question(
        "data",
        Label(
            "Les copies hors de l’application sont-elles interdites ou recensées ?",
            "Are copies outside the application forbidden or listed?",
        ),
        Label("Registre des extractions", "Register of extracts"),
    ),
    "deletion": Question(
        "data",
        Label("Les documents locaux sont-ils détruits à l’échéance ?", "Are local documents destroyed when due?"),
        Label("Calendrier de conservation, dernier procès-verbal", "Retention calendar, last record of destruction"),
    ),
    "logs": Question(
        "incidents",
        Label(
            "Les journaux de vos propres systèmes sont-ils conservés six mois au moins et consultés ?",
            "Are the logs of your own systems kept six months at least, and read?",
        ),
        Label("Durée, lieu, dernière consultation", "Length, place, last reading"),
    ),
    "incident-contact": Question(
        "incidents",
        Label(
            "Le contact de sécurité est-il joignable nuit et week-end ?",
            "Can the security contact be reached at night and on week-ends?",
        ),
        Label("Date du dernier appel d’essai", "Date of the last test call"),
    ),
    "incident-drill": Question(
        "incidents",
        Label(
            "Savez-vous couper un accès et prévenir le réseau en moins d’une heure ?",
            "Can you cut an access and tell the network within an hour?",
        ),
        Label("Compte rendu du dernier exercice", "Report of the last exercise"),
    ),
    "past-incidents": Question(
        "incidents",
        Label(
            "Les incidents de l’année ont-ils tous été déclarés au réseau ?",
            "Were all the incidents of the year reported to the network?",
        ),
        Label("Registre des incidents", "Register of incidents"),
    ),
}
"""In the order in which they are asked."""
