"""Who has left without saying so: what is due for an account at an instant, and in which order (I-12).

The decision already refuses whoever is not attested, not reviewed, past his period or at an organisation without a
contract, from the very instant on. A sweep does what a decision cannot: it warns and suspends those who do not come
any more, and writes down as suspended or closed what has long been refused, so that coming back takes the way in.

Administrators (every kind of role but the reader's, an unknown role included) have shorter delays and come first.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.habilitation import ACCESS, Event, Status, after
from beffroi.core.ids import AccountId, HabilitationId, OrganisationId
from beffroi.core.line import ENOUGH_APPROVERS
from beffroi.core.policy import RoleKind, SweepDelays, SweepRules


class Step(StrEnum):
    """What a sweep does."""

    NOTE = "note"
    RESTART = "restart"
    WARN = "warn"
    SUSPEND = "suspend"
    SUSPEND_HABILITATION = "suspend-habilitation"
    CLOSE_HABILITATION = "close-habilitation"


class Reason(StrEnum):
    """Why."""

    SEEN_SUSPENDED = "seen-suspended"
    GIVEN_BACK = "given-back"
    IDLE = "idle"
    NEVER_USED = "never-used"
    UNATTESTED = "unattested"
    UNREVIEWED = "unreviewed"
    NOTHING_LEFT = "nothing-left"
    PERIOD_ENDED = "period-ended"
    CONTRACT_ENDED = "contract-ended"


COUNTED: Final = frozenset({Reason.IDLE, Reason.NEVER_USED})
"""Suspensions that take something away, hence count in the machine's limit; the others only tidy."""
LIVING: Final = frozenset({"invited", "active"})
"""Statuses of an account that a sweep may still suspend."""
KEPT: Final[Mapping[RoleKind, int]] = {RoleKind.APPROVER: ENOUGH_APPROVERS, RoleKind.FOUNDER: 2}
"""How many who may still act a machine leaves of each kind: without two, nobody could give anything back."""


class HeldRole(NamedTuple):
    """A habilitation as a sweep sees it; ``kind`` ``None``: the policy knows no such role; ``status`` likewise."""

    id: HabilitationId
    organisation: OrganisationId
    kind: RoleKind | None
    status: Status | None
    until_at: datetime
    contract_until: datetime


class Swept(NamedTuple):
    """An account as a sweep sees it. ``used_at`` is the last use of a session, ``None`` when there never was one.

    ``warned_at`` is when a sweep warned; ``suspended_at`` when one suspended it or first saw it suspended, ``None``
    again once one saw that people have given it back, which is when it ``restarted_at``.
    """

    id: AccountId
    status: str
    created_at: datetime
    used_at: datetime | None
    attested_until: datetime
    reviewed_until: datetime
    warned_at: datetime | None
    suspended_at: datetime | None
    restarted_at: datetime | None
    habilitations: tuple[HeldRole, ...]


class Due(NamedTuple):
    """One thing to do, why, since when it is due, and to which habilitation when it is not the whole account."""

    step: Step
    reason: Reason
    since: datetime
    habilitation: HabilitationId | None = None


def is_administrator(account: Swept) -> bool:
    """Whether any role not closed is another than a reader's; a role or status that nobody knows counts as one."""
    return any(held.kind is not RoleKind.READER for held in account.habilitations if held.status is not Status.CLOSED)


def delays(account: Swept, rules: SweepRules) -> SweepDelays:
    """The delays that hold for this account."""
    return rules.administrators if is_administrator(account) else rules.readers


def restarted(account: Swept, instant: datetime) -> datetime:
    """The instant from which a delay runs: ``instant``, or later, when people gave the account back."""
    return instant if account.restarted_at is None else max(instant, account.restarted_at)


def idle_since(account: Swept) -> datetime:
    """From when idleness counts: the last use, else the creation, or a later beginning anew."""
    return restarted(account, account.used_at or account.created_at)


# What lapses of an account, and the instant from which it is refused; suspended after the delay for lapses.
_LAPSES: Final[Mapping[Reason, Callable[[Swept], datetime]]] = {
    Reason.UNATTESTED: lambda account: account.attested_until,
    Reason.UNREVIEWED: lambda account: account.reviewed_until,
}
# What lapses of a habilitation: the instant, the event, the step, and whether the delay for lapses comes first.
_ENDS: Final[Mapping[Reason, tuple[Callable[[HeldRole], datetime], Event, Step, bool]]] = {
    Reason.PERIOD_ENDED: (lambda held: held.until_at, Event.CLOSE, Step.CLOSE_HABILITATION, False),
    Reason.CONTRACT_ENDED: (lambda held: held.contract_until, Event.SUSPEND, Step.SUSPEND_HABILITATION, True),
}


def due(account: Swept, at: datetime, rules: SweepRules) -> tuple[Due, ...]:
    """All that is due for an account at ``at``; empty when nothing is. Doing it, then asking again, gives nothing.

    At most one step speaks of the whole account: suspending comes before warning, what counts before what tidies.
    """
    patience = delays(account, rules)
    found = list(_of_habilitations(account, at, patience))
    closing = {one.habilitation for one in found if one.step is Step.CLOSE_HABILITATION}
    whole = _of_account(account, at, patience, frozenset(one for one in closing if one is not None))
    if whole is not None:
        found.append(whole)
    return tuple(found)


def _of_habilitations(account: Swept, at: datetime, patience: SweepDelays) -> Iterable[Due]:
    for held in account.habilitations:
        for reason, (ends, event, step, patient) in _ENDS.items():
            since = ends(held) + (patience.lapse if patient else timedelta())
            if held.status is not None and since <= at and after(held.status, event) not in (None, held.status):
                yield Due(step, reason, since, held.id)
                break


def _of_account(
    account: Swept, at: datetime, patience: SweepDelays, closing: frozenset[HabilitationId]
) -> Due | None:
    if account.status == "suspended":
        return None if account.suspended_at is not None else Due(Step.NOTE, Reason.SEEN_SUSPENDED, at)
    if account.status not in LIVING:
        return None
    if account.suspended_at is not None:
        return Due(Step.RESTART, Reason.GIVEN_BACK, at)
    since = idle_since(account)
    idle = Reason.NEVER_USED if account.used_at is None else Reason.IDLE
    if since + patience.idle_suspend <= at:
        return Due(Step.SUSPEND, idle, since + patience.idle_suspend)
    for lapse, ends in _LAPSES.items():
        lapsed = restarted(account, ends(account)) + patience.lapse
        if ends(account) <= at and lapsed <= at:
            return Due(Step.SUSPEND, lapse, lapsed)
    if account.habilitations and all(
        held.status is Status.CLOSED or held.id in closing for held in account.habilitations
    ):
        return Due(Step.SUSPEND, Reason.NOTHING_LEFT, at)
    if since + patience.idle_warn <= at and (account.warned_at is None or account.warned_at < since):
        return Due(Step.WARN, idle, since + patience.idle_warn)
    return None


def keystone(account: Swept, at: datetime, acting: Mapping[RoleKind, int]) -> RoleKind | None:
    """The kind of role of which too few would be left if a machine suspended this account; ``None`` when it may.

    ``acting`` counts the accounts for which :func:`lives` holds, by kind, this one included where it does.
    """
    kinds = {held.kind for held in account.habilitations if lives(account, held, at)}
    for kind, least in KEPT.items():
        if kind in kinds and acting.get(kind, 0) <= least:
            return kind
    return None


def order(accounts: Iterable[tuple[Swept, tuple[Due, ...]]]) -> list[tuple[Swept, tuple[Due, ...]]]:
    """Those for whom something is due, administrators first, then the longest overdue, then by id."""
    return sorted(
        (pair for pair in accounts if pair[1]),
        key=lambda pair: (not is_administrator(pair[0]), min(one.since for one in pair[1]), pair[0].id),
    )


def lives(account: Swept, held: HeldRole, at: datetime) -> bool:
    """Whether this habilitation can give access now as far as account, habilitation and contract go."""
    return account.status == "active" and held.status in ACCESS and at < held.until_at and at < held.contract_until
