"""What a screen may offer, from the session's description; of people the guard alone allows.

The catalogue is no file: whoever may prescribe or train reads it, and each training organisation writes its own.
"""

from uuid import UUID

from beffroi.client.answers import Purpose, Session

TRAINING = "training-organisation"
PRESCRIPTION = "prescription"
FOLLOW_UP = "training-follow-up"


def _purpose(session: Session, code: str) -> Purpose | None:
    return next((purpose for purpose in session.purposes if purpose.code == code), None)


def prescribes(session: Session) -> bool:
    """Whether the chosen role may send somebody to a training organisation."""
    purpose = _purpose(session, PRESCRIPTION)
    return purpose is not None and "relate" in purpose.actions


def trains(session: Session) -> bool:
    """Whether the chosen role works on trainees at a training organisation: it answers, and keeps the catalogue."""
    place = session.membership
    return place is not None and place.organisation.kind == TRAINING and _purpose(session, FOLLOW_UP) is not None


def reads_catalogue(session: Session) -> bool:
    """Whether the catalogue is of any use to the chosen role."""
    return prescribes(session) or trains(session)


def place_of(session: Session) -> UUID:
    """The organisation one acts for. Raises AssertionError before a membership is chosen, which no page allows."""
    assert session.membership is not None, "the middleware asks for a choice first"
    return UUID(session.membership.organisation.id)
