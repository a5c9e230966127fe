"""Requests that take a second person: their life, as a table, and why one cannot be made or approved (I-04).

pending → approved | refused | withdrawn | expired. Whatever is not pending is over.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from beffroi.core.line import Objection as LineObjection

LIFE: Final = timedelta(days=30)
"""A request that nobody decided ends after so long: what it says of somebody's job is no longer known to be true."""
MOST_PENDING: Final = 100
"""Requests that one requester may have waiting."""


class State(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """One approver's word."""

    APPROVE = "approve"
    REFUSE = "refuse"


class Objection(StrEnum):
    """Why a request cannot be made, approved or carried out. Each has a sentence in ``core.objections``."""

    SAME_PERSON = "same-person"
    WITHIN_LINE = "within-line"
    RECIPROCAL = "reciprocal"
    TOO_FEW_APPROVERS = "too-few-approvers"
    TOO_MANY_PENDING = "too-many-pending"
    ALREADY_REQUESTED = "already-requested"
    ALREADY_DECIDED = "already-decided"
    NOT_YOURS = "not-yours"
    UNKNOWN_REQUEST = "unknown-request"
    UNKNOWN_COLLEAGUE = "unknown-colleague"
    OUT_OF_REACH = "out-of-reach"
    ROLE_NOT_HANDED_OUT = "role-not-handed-out"
    APPLICATION_NOT_OPEN = "application-not-open"
    DUTIES_APART = "duties-apart"
    PERIOD_WRONG = "period-wrong"
    ADDRESS_WRONG = "address-wrong"
    OFFICE_CLOSED = "office-closed"
    TOO_EARLY = "too-early"
    NOT_IN_THAT_STATE = "not-in-that-state"
    PROOF_UNKNOWN = "proof-unknown"
    LINE_CONTAINED = "line-contained"
    UNKNOWN_CAMPAIGN = "unknown-campaign"
    CAMPAIGN_OVER = "campaign-over"
    SHEET_CHANGED = "sheet-changed"
    NOTHING_TO_CUT = "nothing-to-cut"
    ALREADY_CUT = "already-cut"
    LAST_TO_LIFT = "last-to-lift"
    TOO_MANY_SUSPENSIONS = "too-many-suspensions"
    UNKNOWN_PARTNER = "unknown-partner"
    PARTNER_STATE = "partner-state"
    NETWORK_STAYS = "network-stays"
    SIRET_WRONG = "siret-wrong"
    ALREADY_KNOWN = "already-known"
    CLAUSES_MISSING = "clauses-missing"
    LIST_INCOMPLETE = "list-incomplete"
    ANSWERS_MISSING = "answers-missing"
    PUBLIC_DOMAIN = "public-domain"
    NOT_IN_ROSTER = "not-in-roster"
    PROVIDER_STATE = "provider-state"
    UNKNOWN_ADMISSION = "unknown-admission"
    ADMISSION_CLOSED = "admission-closed"
    ADMISSION_OF_ANOTHER = "admission-of-another"
    BREACH_PERIOD = "breach-period"
    ALREADY_DECLARED = "already-declared"
    BREACH_WITHDRAWN = "breach-withdrawn"


OF_LINE: Final[Mapping[LineObjection, Objection]] = {
    LineObjection.SAME_PERSON: Objection.SAME_PERSON,
    LineObjection.WITHIN_LINE: Objection.WITHIN_LINE,
    LineObjection.RECIPROCAL: Objection.RECIPROCAL,
}


def after(state: State, approvals: int, needed: int, verdict: Verdict) -> State:
    """Where one more verdict leads; ``approvals`` are those there already, by other people.

    One refusal ends a pending request; approvals end it when there are as many as it takes.
    """
    if state is not State.PENDING:
        return state
    if verdict is Verdict.REFUSE:
        return State.REFUSED
    return State.APPROVED if approvals + 1 >= needed else State.PENDING


def standing(state: State, expires_at: datetime, at: datetime) -> State:
    """A request's state at an instant: one still pending at its end is expired, whether or not it was written."""
    return State.EXPIRED if state is State.PENDING and at >= expires_at else state
