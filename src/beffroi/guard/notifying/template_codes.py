"""Codes of what is told by mail, and the shape of its words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from beffroi.core.mailing import Pace
from beffroi.core.policy import Label
from beffroi.guard.notifying.references import Kind


class Template(StrEnum):
    """Code of each thing that is told."""

    REQUEST_WAITING = "request-waiting"
    REQUEST_APPROVED = "request-approved"
    REQUEST_REFUSED = "request-refused"
    CODE_CLOSED = "code-closed"
    SIGN_IN_QUARANTINED = "sign-in-quarantined"
    IDENTITY_RESET = "identity-reset"
    FACTOR_ADDED = "factor-added"
    REVIEW_OPENED = "review-opened"
    REVIEW_REMINDER = "review-reminder"
    REVIEW_LAST_DAY = "review-last-day"
    REVIEW_CLOSED = "review-closed"
    REVIEW_SUSPENDED = "review-suspended"
    IDLE_WARNED = "idle-warned"
    ATTESTATION_ENDING = "attestation-ending"
    ACCOUNT_SUSPENDED = "account-suspended"
    SUSPENDED_BY_HAND = "suspended-by-hand"
    APPLICATION_ENDED = "application-ended"
    LEAVING = "leaving"
    LEFT = "left"
    ESCALATED = "escalated"
    PARTNER_DUE = "partner-due"
    CONTAINED = "contained"
    GLASS_WAITING = "glass-waiting"
    REPORT_MADE = "report-made"
    FILE_CORRECTED = "file-corrected"
    PERSON_REQUEST_MADE = "person-request-made"
    PERSON_REQUEST_DUE = "person-request-due"
    PERSON_REQUEST_LATE = "person-request-late"
    PERSON_REQUEST_UNSERVED = "person-request-unserved"


class Text(NamedTuple):
    """One template. ``path`` leads to what it is about and ``page`` to all of its kind; ``many`` is its line in a
    mail that gathers, where ``{count}`` is how many there are."""

    pace: Pace
    refs: Mapping[str, Kind]
    path: str
    page: str
    subject: Label
    what: Label
    todo: Label
    many: Label
