"""Partners: where an organisation stands from its contract and check-lists, and what is due for it.

onboarding → open → offboarding → closed. Only an open one has access; what decisions read of it follows
(``guard/partners``), so that a contract that ends closes its organisation at the next decision.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

LONGEST: Final = timedelta(days=5 * 366)
"""The longest contract."""
RENEWAL: Final = timedelta(days=60)
"""How long before its end a contract's renewal is asked for."""
OFFBOARDING: Final = timedelta(days=30)
"""How long the list of an end may take."""
FIRST_AUDIT: Final = timedelta(days=180)
"""The first audit follows the opening within so long."""
NEXT_AUDIT: Final = timedelta(days=365)
"""And the next one follows the last."""
SOON: Final = timedelta(days=60)
"""What is due within so long is announced."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for an instant that nobody wrote down."""


class State(StrEnum):
    """Where a partner stands."""

    ONBOARDING = "onboarding"
    OPEN = "open"
    OFFBOARDING = "offboarding"
    CLOSED = "closed"


class Phase(StrEnum):
    """Where a contract stands by itself."""

    BEFORE = "before"
    RUNNING = "running"
    OVER = "over"


class Terms(NamedTuple):
    """The dates of a contract: ``opened_at`` is when access was given under it, ``ended_at`` when it was cut."""

    from_at: datetime
    until_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None


class Audit(NamedTuple):
    """One audit: ``corrections`` are the days by which what it found must be put right, for what is not yet."""

    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    corrections: tuple[datetime, ...] = ()


class Standing(NamedTuple):
    """All that a partner's state and duties follow from. ``documented`` is false where no contract was recorded."""

    terms: Terms
    onboarding_left: int
    offboarding_left: int
    audits: tuple[Audit, ...] = ()
    documented: bool = True


# Every phase, whether access was ever opened under this contract, whether the list of the end is complete.
STATES: Final[Mapping[tuple[Phase, bool, bool], State]] = {
    (Phase.BEFORE, False, False): State.ONBOARDING,
    (Phase.BEFORE, False, True): State.ONBOARDING,
    (Phase.BEFORE, True, False): State.ONBOARDING,
    (Phase.BEFORE, True, True): State.ONBOARDING,
    (Phase.RUNNING, False, False): State.ONBOARDING,
    (Phase.RUNNING, False, True): State.ONBOARDING,
    (Phase.RUNNING, True, False): State.OPEN,
    (Phase.RUNNING, True, True): State.OPEN,
    (Phase.OVER, False, False): State.CLOSED,
    (Phase.OVER, False, True): State.CLOSED,
    (Phase.OVER, True, False): State.OFFBOARDING,
    (Phase.OVER, True, True): State.CLOSED,
}


def undocumented(*, active: bool, until_at: datetime) -> Terms:
    """The dates of an organisation that was imported without a contract, from what decisions read of it."""
    return Terms(BEGINNING, until_at, BEGINNING, None if active else BEGINNING)


def phase(terms: Terms, at: datetime) -> Phase:
    """Where the contract stands at an instant."""
    if terms.ended_at is not None or at >= terms.until_at:
        return Phase.OVER
    return Phase.BEFORE if at < terms.from_at else Phase.RUNNING


def state(standing: Standing, at: datetime) -> State:
    """Where the partner stands at an instant."""
    terms = standing.terms
    return STATES[phase(terms, at), terms.opened_at is not None, standing.offboarding_left == 0]


def may_open(standing: Standing, at: datetime) -> bool:
    """Whether access may be given: the contract runs, was not opened yet, and its list is complete."""
    terms = standing.terms
    return phase(terms, at) is Phase.RUNNING and terms.opened_at is None and standing.onboarding_left == 0


class Matter(StrEnum):
    """What may be due for a partner."""

    CONTRACT_MISSING = "contract-missing"
    CONTRACT_ENDS = "contract-ends"
    ONBOARDING = "onboarding"
    OPENING = "opening"
    OFFBOARDING = "offboarding"
    AUDIT_ANSWERS = "audit-answers"
    AUDIT_NEXT = "audit-next"
    CORRECTION = "correction"


class Due(NamedTuple):
    """Something due, and by when."""

    matter: Matter
    at: datetime

    def overdue(self, at: datetime) -> bool:
        """Whether its day has passed."""
        return at >= self.at


WATCHED: Final[Mapping[State, frozenset[Matter]]] = {
    State.ONBOARDING: frozenset({Matter.ONBOARDING, Matter.OPENING}),
    State.OPEN: frozenset(
        {Matter.CONTRACT_MISSING, Matter.CONTRACT_ENDS, Matter.AUDIT_ANSWERS, Matter.AUDIT_NEXT, Matter.CORRECTION}
    ),
    State.OFFBOARDING: frozenset({Matter.OFFBOARDING}),
    State.CLOSED: frozenset(),
}
"""What is looked after in each state."""


def dues(standing: Standing, at: datetime) -> tuple[Due, ...]:
    """What is overdue or due soon, the oldest first."""
    watched = WATCHED[state(standing, at)]
    found = [due for due in _matters(standing) if due.matter in watched and due.at <= at + SOON]
    return tuple(sorted(found, key=lambda due: (due.at, due.matter)))


def _matters(standing: Standing) -> Iterable[Due]:
    terms = standing.terms
    if not standing.documented:
        yield Due(Matter.CONTRACT_MISSING, BEGINNING)
    yield Due(Matter.CONTRACT_ENDS, terms.until_at - RENEWAL)
    yield Due(Matter.OPENING if standing.onboarding_left == 0 else Matter.ONBOARDING, terms.from_at)
    if standing.offboarding_left:
        yield Due(Matter.OFFBOARDING, (terms.ended_at or terms.until_at) + OFFBOARDING)
    under_way = [audit for audit in standing.audits if audit.closed_at is None]
    for audit in under_way:
        yield Due(Matter.AUDIT_ANSWERS, audit.due_at)
    if standing.documented and not under_way:
        yield Due(Matter.AUDIT_NEXT, _next_audit(standing))
    for audit in standing.audits:
        for corrected_by in audit.corrections:
            yield Due(Matter.CORRECTION, corrected_by)


def _next_audit(standing: Standing) -> datetime:
    closed = [audit.closed_at for audit in standing.audits if audit.closed_at is not None]
    if closed:
        return max(closed) + NEXT_AUDIT
    return (standing.terms.opened_at or standing.terms.from_at) + FIRST_AUDIT
