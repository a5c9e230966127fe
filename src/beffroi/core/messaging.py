"""Messages of an office to people it follows: the closed list of what they may say, and what pays for them.

Nothing is typed but a day and an hour: whoever hijacks an adviser writes to nobody in words of his own, and no
message carries a link. Each carries a code that anybody may check on the public page, having typed its address
themselves.
"""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.decision import Entitlement, Refusal, entitle, found
from beffroi.core.dues import own_due
from beffroi.core.facts import Facts, Request
from beffroi.core.policy import MESSAGES, Label, Policy
from beffroi.core.refusals import Code, Sentence

MOST: Final = 300
"""People of one message: the largest portfolio that the default policy allows."""
MOST_RECEIVED: Final = 3
"""Letters of one office to one person in 24 hours: budgets count people, and a second opening costs nothing."""


class Subject(StrEnum):
    """What a message is about."""

    CALL_BACK = "call-back"
    APPOINTMENT = "appointment"
    WORKSHOP = "workshop"
    DOCUMENTS = "documents"
    CLOSED = "closed"


class Wording(NamedTuple):
    """The words of a message: its title, what it says, and whether it names a day, and an hour."""

    title: Label
    said: Label
    dated: bool
    timed: bool


WORDINGS: Final[Mapping[Subject, Wording]] = {
    Subject.CALL_BACK: Wording(
        Label("Votre conseiller souhaite vous parler", "Your adviser would like to talk to you"),
        Label(
            "Votre conseiller souhaite vous parler. Appelez {office}, ou passez à l’accueil.",
            "Your adviser would like to talk to you. Call {office}, or come to the reception desk.",
        ),
        dated=False,
        timed=False,
    ),
    Subject.APPOINTMENT: Wording(
        Label("Rappel d’un rendez-vous", "Reminder of an appointment"),
        Label(
            "Vous avez rendez-vous le {day} à {hour} à {office}. En cas d’empêchement, dites-le par téléphone.",
            "You have an appointment on {day} at {hour} at {office}. If you cannot come, say so by telephone.",
        ),
        dated=True,
        timed=True,
    ),
    Subject.WORKSHOP: Wording(
        Label("Une réunion ou un atelier vous est proposé", "You are invited to a meeting or a workshop"),
        Label(
            "{office} vous propose une réunion ou un atelier le {day} à {hour}. Demandez à votre conseiller.",
            "{office} invites you to a meeting or a workshop on {day} at {hour}. Ask your adviser.",
        ),
        dated=True,
        timed=True,
    ),
    Subject.DOCUMENTS: Wording(
        Label("Un document est attendu", "A document is expected"),
        Label(
            "Votre conseiller attend un document de vous avant le {day}. Apportez-le à {office} : n’envoyez rien en"
            " réponse à ce message.",
            "Your adviser expects a document from you before {day}. Bring it to {office}: send nothing in reply to"
            " this message.",
        ),
        dated=True,
        timed=False,
    ),
    Subject.CLOSED: Wording(
        Label("Fermeture exceptionnelle", "Exceptional closing"),
        Label("{office} est fermée le {day}.", "{office} is closed on {day}."),
        dated=True,
        timed=False,
    ),
}


class Objection(StrEnum):
    """Why a message is not written, or a code not recognised."""

    NO_DAY = "message-day"
    ENOUGH = "message-enough"
    UNKNOWN_CODE = "notice-unknown"


SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.NO_DAY: Sentence(
        422,
        "Jour ou heure",
        "Ce message nomme un jour à venir, et parfois une heure ; les autres n’en nomment pas.",
        "Day or hour",
        "This message names a day to come, and sometimes an hour; the others name none.",
    ),
    Objection.ENOUGH: Sentence(
        429,
        "Assez de messages",
        "Votre structure a déjà écrit trois fois à ces personnes en vingt-quatre heures.",
        "Enough messages",
        "Your organisation has written to these people three times within 24 hours already.",
    ),
    Objection.UNKNOWN_CODE: Sentence(
        404,
        "Code inconnu",
        "Aucun message de notre part ne porte ce code. Méfiez-vous de ce que vous avez reçu.",
        "Unknown code",
        "No message of ours carries this code. Beware of what you received.",
    ),
}

_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_MONTHS_EN: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def complete(subject: Subject, day: date | None, hour: time | None, today: date) -> bool:
    """Whether a message names exactly the day, to come, and the hour that its subject needs."""
    wording = WORDINGS[subject]
    if (day is not None) != wording.dated or (hour is not None) != wording.timed:
        return False
    return day is None or today <= day <= date(today.year + 1, 12, 31)


def said(subject: Subject, office: str, day: date | None, hour: time | None) -> Label:
    """What the message says, in French and in English; ``office`` is the organisation's public name."""
    words = WORDINGS[subject].said
    french, english = "", ""
    if day is not None:
        first = "1er" if day.day == 1 else str(day.day)
        french, english = (
            f"{first} {_MONTHS[day.month - 1]} {day.year}",
            f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}",
        )
    at = "" if hour is None else f"{hour.hour} h" if hour.minute == 0 else f"{hour.hour} h {hour.minute:02}"
    at_en = "" if hour is None else f"{hour:%H:%M}"
    return Label(
        words.fr.format(office=office, day=french, hour=at), words.en.format(office=office, day=english, hour=at_en)
    )


def writing_to(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """One person written to: their address is used, so it is an opening; and it draws on the account's messages."""
    entitled = entitle(request, facts, policy)
    if isinstance(entitled, Refusal):
        return entitled
    if entitled.groups != request.groups:
        return Refusal(Code.FIELDS_NOT_ALLOWED)
    _, account, habilitation, _ = found(facts)
    own = own_due(MESSAGES, account, habilitation, policy)
    return own if isinstance(own, Refusal) else entitled._replace(dues=(*entitled.dues, own))
