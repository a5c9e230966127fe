"""The personal space: whose file a proven identity opens, and what becomes of a consultation that is not recognised.

The identity is the pivot identity of the State's identity provider for people: names, birth date, gender, place of
birth. It opens a file only when it is exactly that file's; two files, or a doubt, open none.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.normalisation import NormalisationRefusal, name_key
from beffroi.core.policy import Label
from beffroi.core.refusals import Sentence

IDLE: Final = timedelta(minutes=15)
"""A person's session ends when nothing was asked for this long."""
ABSOLUTE: Final = timedelta(hours=1)
"""And at the latest this long after it began: a telephone is lent, a computer in a library is left open."""
MOST_REPORTS: Final = 10
"""Consultations that one person may report in 24 hours."""
MOST_QUESTIONS: Final = 20
"""Readings of one's own consultations in a quarter of an hour; leafing through one is none."""
MOST_POINTED_OUT: Final = 60
"""Proofs and reports of one consultation that one person may ask for in a quarter of an hour."""
MOST_ATTACHMENTS: Final = 40
"""Lists and openings of one's own documents in a quarter of an hour: a full file, twice."""
MOST_MATCHINGS: Final = 10
"""Sign-ins of one identity in a quarter of an hour."""
ACCEPTED_ACR: Final = ("eidas2", "eidas3")
"""Levels of identification that open a file: substantial and high (Regulation (EU) 910/2014, article 8)."""
_PLACE: Final = re.compile(r"[0-9](?:[0-9]|[AB])[0-9]{3}")


class Known(NamedTuple):
    """What a file says of the person's identity. ``sex`` is F or M; ``birth_place`` an INSEE code, or words.

    ``birth_name`` is the name of birth; the usual one where the file has no other.
    """

    birth_name: str
    first_names: str
    sex: str | None
    birth_place: str | None


class Pivot(NamedTuple):
    """What the provider says: ``gender`` female or male; ``birth_place`` an INSEE code, empty when born abroad."""

    birth_name: str
    first_names: str
    gender: str
    birth_place: str


def is_of(known: Known, pivot: Pivot) -> bool:
    """Whether a file found by name and birth date is this identity's.

    Name of birth, sex and the code of the commune of birth are on both sides and the same: a homonym of the same day
    must not enter a file that says less than that. The index that found it knows the first of the first names alone:
    the others must not contradict.
    """
    names = name_key(known.birth_name), name_key(pivot.birth_name)
    one, other = name_key(known.first_names), name_key(pivot.first_names)
    if isinstance(one, NormalisationRefusal) or isinstance(other, NormalisationRefusal):
        return False
    if isinstance(names[0], NormalisationRefusal) or names[0] != names[1]:
        return False
    if not (one.startswith(other) or other.startswith(one)):
        return False
    if known.sex is None or known.sex != {"female": "F", "male": "M"}.get(pivot.gender):
        return False
    return _PLACE.fullmatch(pivot.birth_place) is not None and known.birth_place == pivot.birth_place


class Unmatched(StrEnum):
    """Why a proven identity opened no file; the journal has it, the person reads one sentence for all."""

    UNKNOWN = "no-file"
    SEVERAL = "several-files"
    UNREADABLE = "identity-unreadable"
    OTHER_IDENTITY = "file-of-another-identity"
    OTHER_FILE = "identity-of-another-file"


class Standing(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    EXAMINED = "examined"
    ANSWERED = "answered"


class Answer(StrEnum):
    """What a security officer may answer; the list is short, so that no answer can name anybody."""

    JUSTIFIED = "justified"
    ERROR = "error"
    UNJUSTIFIED = "unjustified"
    UNKNOWN = "not-established"


MOVES: Final[Mapping[Standing, frozenset[Standing]]] = {
    Standing.RECEIVED: frozenset({Standing.EXAMINED, Standing.ANSWERED}),
    Standing.EXAMINED: frozenset({Standing.ANSWERED}),
    Standing.ANSWERED: frozenset(),
}
"""A report only moves forward."""

ANSWERS: Final[Mapping[Answer, Label]] = {
    Answer.JUSTIFIED: Label(
        "Nous avons vérifié : cette consultation faisait partie du travail de l’agent.",
        "We checked: this consultation was part of the agent’s work.",
    ),
    Answer.ERROR: Label(
        "Nous avons vérifié : l’agent s’est trompé de dossier. Nous le lui avons rappelé.",
        "We checked: the agent opened the wrong file. We reminded them of the rules.",
    ),
    Answer.UNJUSTIFIED: Label(
        "Nous avons vérifié : rien ne justifiait cette consultation. Nous avons pris des mesures.",
        "We checked: nothing justified this consultation. We have taken measures.",
    ),
    Answer.UNKNOWN: Label(
        "Nous avons cherché, et nous n’avons pas pu établir pourquoi votre dossier a été ouvert.",
        "We looked into it, and could not establish why your file was opened.",
    ),
}
"""What each answer says to the person."""


def may_move(before: Standing, after: Standing) -> bool:
    """Whether a report may go from one standing to the other."""
    return after in MOVES[before]


class Objection(StrEnum):
    """Why something asked in the personal space, or about a report, is not done."""

    CONSULTATION_UNKNOWN = "consultation-unknown"
    QUESTION_WAITING = "question-waiting"
    REPORTED_ALREADY = "reported-already"
    TOO_MANY_REPORTS = "too-many-reports"
    REPORT_UNKNOWN = "report-unknown"
    REPORT_CLOSED = "report-closed"
    REPORT_OWN = "report-of-ones-own"
    PROOF_NOT_YET = "proof-not-yet"
    PROOF_GONE = "proof-gone"
    PROOF_WRONG = "proof-wrong"
    TOO_MANY_INVITATIONS = "too-many-invitations"
    IDENTITY_NEEDED = "identity-needed"
    FILE_GONE = "file-gone"
    ATTACHMENT_ALTERED = "attachment-altered"
    PRESENCE_PLACE = "presence-place"
    PRESENCE_FOLLOWED = "presence-followed"
    PRESENCE_WAITS = "presence-waits"
    PRESENCE_TOO_MANY = "presence-too-many"
    PRESENCE_CODE_OVER = "presence-code-over"


SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.CONSULTATION_UNKNOWN: Sentence(
        404,
        "Consultation introuvable",
        "Aucune consultation de votre dossier ne répond à cette adresse.",
        "No such consultation",
        "No consultation of your file has this address.",
    ),
    Objection.QUESTION_WAITING: Sentence(
        429,
        "Votre demande précédente est en cours",
        "Attendez qu’elle ait sa réponse, puis recommencez.",
        "Your last question is being answered",
        "Wait for its answer, then try again.",
    ),
    Objection.REPORTED_ALREADY: Sentence(
        409,
        "Consultation déjà signalée",
        "Vous avez déjà signalé cette consultation. Vous trouverez sa suite dans vos signalements.",
        "Consultation already reported",
        "You have already reported this consultation. What became of it is in your reports.",
    ),
    Objection.TOO_MANY_REPORTS: Sentence(
        429,
        "Trop de signalements aujourd’hui",
        "Vous avez fait dix signalements en 24 heures. Ils sont tous enregistrés. Vous pourrez continuer demain.",
        "Too many reports today",
        "You made ten reports within 24 hours. They are all recorded. You can go on tomorrow.",
    ),
    Objection.REPORT_UNKNOWN: Sentence(
        404,
        "Signalement introuvable",
        "Aucun signalement que vous puissiez voir ne répond à cette adresse.",
        "No such report",
        "No report that you may see has this address.",
    ),
    Objection.REPORT_OWN: Sentence(
        403,
        "Un autre agent doit y répondre",
        "Ce signalement porte sur votre compte, ou sur un compte que vous avez créé ou qui a créé le vôtre.",
        "Somebody else must answer it",
        "This report is about your account, or about one that you brought in or that brought you in.",
    ),
    Objection.REPORT_CLOSED: Sentence(
        409,
        "Signalement déjà traité",
        "Ce signalement a déjà été examiné ou a déjà reçu une réponse : elle ne change plus.",
        "Report already dealt with",
        "This report was already examined or answered: that does not change any more.",
    ),
    Objection.PROOF_NOT_YET: Sentence(
        409,
        "Preuve pas encore prête",
        "Cette consultation vient d’être inscrite : sa preuve sera prête dans quelques minutes.",
        "Proof not ready yet",
        "This consultation was recorded just now: its proof will be ready in a few minutes.",
    ),
    Objection.PROOF_GONE: Sentence(
        410,
        "Preuve trop ancienne",
        "La preuve de cette consultation ne peut plus être faite ici : elle est trop ancienne.",
        "Proof too old",
        "The proof of this consultation can no longer be made here: it is too old.",
    ),
    Objection.PROOF_WRONG: Sentence(
        409,
        "Preuve impossible",
        "Cette consultation n’est plus inscrite comme elle le fut. L’anomalie est signalée à la sécurité.",
        "Proof impossible",
        "This consultation is no longer recorded as it was. The anomaly is reported to security.",
    ),
    Objection.TOO_MANY_INVITATIONS: Sentence(
        429,
        "Trop de codes remis aujourd’hui",
        "Vous avez remis vingt codes en 24 heures. Vous pourrez continuer demain.",
        "Too many codes today",
        "You handed over twenty codes within 24 hours. You can go on tomorrow.",
    ),
    Objection.FILE_GONE: Sentence(
        404,
        "Votre dossier n’existe plus",
        "Il a été effacé. Il n’en reste rien ici.",
        "Your file does not exist any more",
        "It was erased. Nothing of it is left here.",
    ),
    Objection.ATTACHMENT_ALTERED: Sentence(
        409,
        "Ce document ne s’ouvre pas",
        "Il n’est plus tel qu’il a été enregistré : rien ne vous a été remis. L’anomalie est signalée à la sécurité.",
        "This document does not open",
        "It is no longer as it was kept: nothing was handed to you. The anomaly is reported to security.",
    ),
    Objection.PRESENCE_PLACE: Sentence(
        409,
        "Cet organisme n’est pas disponible",
        "Il est inconnu, fermé ou suspendu, ou il n’accompagne pas de personnes.",
        "This organisation is not available",
        "It is unknown, closed or suspended, or it supports nobody.",
    ),
    Objection.PRESENCE_FOLLOWED: Sentence(
        409,
        "Cet organisme vous suit déjà",
        "Vous n’avez pas besoin de code : dites-le au conseiller, il ouvre votre dossier avec votre nom.",
        "This organisation supports you already",
        "You need no code: tell the adviser, who opens your file by your name.",
    ),
    Objection.PRESENCE_WAITS: Sentence(
        409,
        "Un code attend déjà",
        "Vous avez déjà un code pour cet organisme. S’il n’est plus affiché, retirez-le de la liste de vos codes, "
        "puis faites-en un autre.",
        "A code waits already",
        "You have a code for this organisation already. If it is not shown any more, cancel it in the list of "
        "your codes, then make another.",
    ),
    Objection.PRESENCE_TOO_MANY: Sentence(
        429,
        "Trop de codes",
        "Trois codes peuvent attendre à la fois, et vous pouvez en faire dix en 24 heures.",
        "Too many codes",
        "Three codes can wait at a time, and you can make ten within 24 hours.",
    ),
    Objection.PRESENCE_CODE_OVER: Sentence(
        404,
        "Ce code ne sert plus",
        "Il a déjà servi, a été retiré ou a expiré.",
        "This code no longer works",
        "It was used, cancelled, or has expired.",
    ),
    Objection.IDENTITY_NEEDED: Sentence(
        403,
        "Il faut prouver votre identité",
        "Un code remis par votre mission locale montre seulement qui a consulté votre dossier. Pour le reste, "
        "prouvez votre identité avec le service de l’État.",
        "Your identity must be proven",
        "A code given by your mission locale only shows who consulted your file. For the rest, prove your "
        "identity with the State’s service.",
    ),
}
