"""Refusals: stable codes, the HTTP status each maps to, and a sentence a person understands.

Codes are part of the public interface: they are journaled, counted, and never renamed.
"""

from enum import StrEnum
from typing import NamedTuple

from beffroi.core.policy import Demand


class Code(StrEnum):
    """Why a decision is a denial, in the order in which the steps of the decision fail."""

    EVERYTHING_CONTAINED = "everything-contained"
    APPLICATION_UNKNOWN = "application-unknown"
    APPLICATION_CLOSED = "application-closed"
    SESSION_UNKNOWN = "session-unknown"
    SESSION_ENDED = "session-ended"
    SESSION_OTHER_APPLICATION = "session-other-application"
    SESSION_OTHER_CLIENT = "session-other-client"
    MEMBERSHIP_NOT_CHOSEN = "membership-not-chosen"
    ACCOUNT_SUSPENDED = "account-suspended"
    ATTESTATION_EXPIRED = "attestation-expired"
    REVIEW_OVERDUE = "review-overdue"
    HABILITATION_INACTIVE = "habilitation-inactive"
    HABILITATION_ELSEWHERE = "habilitation-elsewhere"
    ORGANISATION_CLOSED = "organisation-closed"
    ROLE_UNKNOWN = "role-unknown"
    DUTIES_CLASH = "duties-clash"
    FILES_CONTAINED = "files-contained"
    PURPOSE_NOT_ALLOWED = "purpose-not-allowed"
    ACTION_NOT_ALLOWED = "action-not-allowed"
    STEP_UP_REQUIRED = "step-up-required"
    PERSON_UNKNOWN = "person-unknown"
    NOT_FOLLOWED = "not-followed"
    RESTRICTED = "restricted"
    REASON_UNKNOWN = "reason-unknown"
    FIELDS_NOT_ALLOWED = "fields-not-allowed"
    BUDGET_UNKNOWN = "budget-unknown"
    BUDGET_ACCOUNT = "budget-account"
    BUDGET_SHARE = "budget-share"
    BUDGET_POOL = "budget-pool"
    BUDGET_ORGANISATION = "budget-organisation"
    BUDGET_RECEIVED = "budget-received"
    BUDGET_APPLICATION = "budget-application"
    INTEGRITY = "integrity"


class Refusal(NamedTuple):
    """A denial. ``span`` names the span of an exhausted budget; ``demand`` what a step-up must bring."""

    code: Code
    span: str | None = None
    demand: Demand | None = None


class Sentence(NamedTuple):
    """HTTP status, then the title and sentence in French and in English; no value of the request is in them."""

    status: int
    title_fr: str
    fr: str
    title_en: str
    en: str
