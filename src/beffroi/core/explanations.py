"""Why somebody could be known: the closed list of what may explain an opening, each with words on screen."""

from enum import StrEnum

from beffroi.core.policy import BREAK_GLASS as _BREAK_GLASS
from beffroi.core.policy import Relation


class Explanation(StrEnum):
    """What the journal keeps as the reason of an opening; every relation is one."""

    REFERENT = Relation.REFERENT.value
    FOLLOWED = Relation.FOLLOWED.value
    APPOINTMENT = Relation.APPOINTMENT.value
    PRESCRIPTION = Relation.PRESCRIPTION.value
    ENROLMENT = Relation.ENROLMENT.value
    ARCHIVED = Relation.ARCHIVED.value
    COVER = "cover"
    """An absent colleague's person: next after one's own."""
    SEARCH = "search"
    REGISTRATION = "registration"
    TRANSFER = "transfer"
    PRESENCE = "presence"
    """The person stood there, and proved it by a code of their own."""
    BREAK_GLASS = _BREAK_GLASS

    __hash__ = str.__hash__
