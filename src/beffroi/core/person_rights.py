"""Requests of the people concerned (GDPR, articles 15 to 18 and 20): their states, and by when they are answered.

Article 12.3: within one month of receipt, extendable by two further months where necessary, the person being told of
it and why within the first month. 12.4: whoever refuses says why within that month too. 12.5: reasons to refuse.
12.6: a doubt about the identity. The month ends on the day of the same number, or on the month's last.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.refusals import Sentence

PURPOSE: Final = "person-rights"
"""The purpose of the policy under which requests are received and answered."""


class Article(StrEnum):
    """What may be asked."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    IDENTIFIED = "identified"
    IN_PROGRESS = "in-progress"
    ANSWERED = "answered"
    REFUSED = "refused"


MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.RECEIVED: frozenset({State.IDENTIFIED, State.REFUSED}),
    State.IDENTIFIED: frozenset({State.IN_PROGRESS, State.REFUSED}),
    State.IN_PROGRESS: frozenset({State.ANSWERED, State.REFUSED}),
    State.ANSWERED: frozenset(),
    State.REFUSED: frozenset(),
}
"""Nobody's request is worked on before it is known to be theirs; what is closed stays closed."""
REASONS: Final = frozenset({"identity-not-proven", "unfounded", "excessive", "law-provides"})
"""Why a request is refused (12.5, 12.6, 23)."""
EXTENSIONS: Final = frozenset({"complex", "many-requests"})
"""Why its answer takes longer (12.3)."""
REMINDERS: Final = (2, 7)
"""Days before the last day to answer at which those who answer are told, beside the day after it."""
LATEST: Final = 60
"""Days after it until which that it is late is told, if it was not."""
OLDEST: Final = 365
"""Days since when a request can have been received: an older one is a slip of the keyboard."""


class Objection(StrEnum):
    """Why something cannot be done with a request."""

    UNKNOWN = "person-request-unknown"
    DATE = "person-request-date"
    EXISTS = "person-request-exists"
    MOVE = "person-request-state"
    REASON = "person-request-reason"
    EXTENDED = "person-request-extended"
    NOTHING = "person-request-nothing"
    PLACE = "person-request-place"
    TEXT = "person-request-text"
    ANSWER = "person-request-answer"
    TOO_MANY = "person-request-too-many"
    TOO_MANY_CORRECTIONS = "person-request-too-many-corrections"
    TOO_MANY_ANSWERS = "person-request-too-many-answers"
    GONE = "person-request-gone"


class Standing(NamedTuple):
    """A request as it stands; ``extended`` is why its answer takes longer, where it does."""

    received_on: date
    state: State
    extended: str | None

    @property
    def due_on(self) -> date:
        """The last day to answer."""
        return months_after(self.received_on, 1 if self.extended is None else 3)

    def is_late(self, today: date) -> bool:
        """Whether it should have been answered."""
        return bool(MOVES[self.state]) and self.due_on < today


def reminder(standing: Standing, today: date) -> str | None:
    """How near the last day to answer is: what is told once at each stage; None where nothing is told.

    What is long past is not told again: its messages may be forgotten by then.
    """
    left = (standing.due_on - today).days
    if not MOVES[standing.state] or left < -LATEST:
        return None
    if left < 0:
        return "late"
    return next((str(days) for days in REMINDERS if left <= days), None)


def months_after(day: date, months: int) -> date:
    """The day of the same number so many months later, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def may_receive(received_on: date, today: date) -> Objection | None:
    """Whether a request can have come on this day."""
    return None if 0 <= (today - received_on).days <= OLDEST else Objection.DATE


def may_move(standing: Standing, to: State, reason: str | None) -> Objection | None:
    """Whether a request goes on to this state: a refusal has a reason of the list, nothing else has one."""
    if to not in MOVES[standing.state]:
        return Objection.MOVE
    given = reason in REASONS if to is State.REFUSED else reason is None
    return None if given else Objection.REASON


def may_extend(standing: Standing, reason: str, today: date) -> Objection | None:
    """Whether the answer may take two months more: said once, within the first month, for a reason of the list."""
    if not MOVES[standing.state]:
        return Objection.MOVE
    if standing.extended is not None or standing.due_on < today:
        return Objection.EXTENDED
    return None if reason in EXTENSIONS else Objection.REASON


SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.UNKNOWN: Sentence(
        404,
        "Demande introuvable",
        "Aucune demande reçue par votre structure ne répond à cette adresse.",
        "No such request",
        "No request received by your organisation has this address.",
    ),
    Objection.DATE: Sentence(
        422,
        "Date de réception",
        "La demande a été reçue aujourd’hui ou au cours des douze derniers mois.",
        "Day of receipt",
        "The request was received today or in the last twelve months.",
    ),
    Objection.EXISTS: Sentence(
        409,
        "Demande déjà enregistrée",
        "Une demande de cette personne, du même type, attend déjà sa réponse.",
        "Request already registered",
        "A request of this person, of the same kind, is waiting for its answer already.",
    ),
    Objection.MOVE: Sentence(
        409,
        "Étape impossible",
        "La demande est close, ou n’en est pas à cette étape. Affichez-la de nouveau.",
        "Step not possible",
        "The request is closed, or has not come to this step. Show it again.",
    ),
    Objection.REASON: Sentence(
        422,
        "Motif",
        "Choisissez un motif de la liste.",
        "Reason",
        "Choose a reason of the list.",
    ),
    Objection.PLACE: Sentence(
        404,
        "Organisme introuvable",
        "Choisissez un organisme qui vous suit.",
        "No such organisation",
        "Choose an organisation that supports you.",
    ),
    Objection.TEXT: Sentence(
        422,
        "Votre demande en quelques phrases",
        "Pour une correction, ou pour que vos données ne servent plus, dites en quelques phrases de quoi il s’agit. "
        "Sinon, laissez vide.",
        "Your request in a few sentences",
        "For a correction, or for your data not to be used, say in a few sentences what it is about. "
        "Otherwise, leave it empty.",
    ),
    Objection.TOO_MANY: Sentence(
        429,
        "Trop de demandes en attente",
        "Attendez la réponse à celles que vous avez faites. Pour une demande pressante, allez voir l’organisme.",
        "Too many requests waiting",
        "Wait for the answer to those you made. For something urgent, go to the organisation.",
    ),
    Objection.TOO_MANY_CORRECTIONS: Sentence(
        429,
        "Trop de corrections en un jour",
        "Votre structure a corrigé ce dossier vingt fois en vingt-quatre heures, et rien n’a été enregistré. "
        "Reprenez demain, en corrigeant toute une rubrique à la fois.",
        "Too many corrections in one day",
        "Your organisation corrected this file twenty times in twenty-four hours, and nothing was saved. "
        "Go on tomorrow, correcting a whole section at a time.",
    ),
    Objection.ANSWER: Sentence(
        422,
        "Texte pour la personne",
        "Un texte accompagne une réponse ou un refus, et compte de 10 à 4 000 caractères, tous visibles. "
        "Rien n’a été enregistré.",
        "Text for the person",
        "A text goes with an answer or a refusal, and has 10 to 4,000 characters, all visible. Nothing was saved.",
    ),
    Objection.TOO_MANY_ANSWERS: Sentence(
        429,
        "Trop de réponses écrites en un jour",
        "Votre structure a donné vingt réponses écrites en vingt-quatre heures, et rien n’a été enregistré. Videz le "
        "texte pour répondre sans, ou reprenez demain.",
        "Too many written answers in one day",
        "Your organisation gave twenty written answers in twenty-four hours, and nothing was saved. "
        "Empty the text to answer without one, or go on tomorrow.",
    ),
    Objection.GONE: Sentence(
        409,
        "Dossier effacé",
        "Le dossier est effacé : personne ne lirait ce texte, et rien n’a été enregistré. "
        "Videz le texte pour répondre sans.",
        "File erased",
        "The file is erased: nobody would read this text, and nothing was saved. "
        "Empty the text to answer without one.",
    ),
    Objection.NOTHING: Sentence(
        422,
        "Rien à corriger",
        "Ce que vous envoyez est ce que le dossier dit déjà. Rien n’a été enregistré.",
        "Nothing to correct",
        "What you send is what the file says already. Nothing was saved.",
    ),
    Objection.EXTENDED: Sentence(
        409,
        "Délai déjà prolongé ou passé",
        "Le délai se prolonge une fois, avant la fin du premier mois.",
        "Deadline already extended or over",
        "The deadline is extended once, before the first month ends.",
    ),
}
