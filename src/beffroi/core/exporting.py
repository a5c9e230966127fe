"""Files of several people: what they may hold, what pays for them, when a second person must agree, whose copy it is.

A line of such a file is an opening like any other: decided, charged to the same budgets and journaled. On top of that
it draws on what the whole organisation may export, and, where nobody else agreed to it, on a small budget of the
account's own: that budget is the number of people past which a second person is needed.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from beffroi.core.decision import Entitlement, Refusal, entitle, found
from beffroi.core.dues import due_of, own_due
from beffroi.core.facts import Facts, Request
from beffroi.core.policy import EXPORTS, Action, Policy, Role
from beffroi.core.refusals import Code


class Hindrance(StrEnum):
    """Why a copy cannot be handed out, though the agent may export."""

    UNKNOWN = "export-unknown"
    NOT_AGREED = "export-not-agreed"
    OVER = "export-over"
    ALL_HANDED_OUT = "export-copies"
    NO_SUCH_REASON = "export-reason"


def may_export(role: Role) -> bool:
    """Whether somebody in this role may make files of several people for some purpose."""
    return any(Action.EXPORT in rule.actions for rule in role.rules.values())


def alone(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """One person of a file that nobody else agreed to."""
    return _line(request, facts, policy, agreed=False)


def agreed(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """One person of a file that a second person agreed to: the agreement raises no cap but the account's own."""
    return _line(request, facts, policy, agreed=True)


def _line(request: Request, facts: Facts, policy: Policy, *, agreed: bool) -> Entitlement | Refusal:
    if request.groups & ~policy.exports.groups:
        return Refusal(Code.FIELDS_NOT_ALLOWED)
    entitled = entitle(request, facts, policy)
    if isinstance(entitled, Refusal):
        return entitled
    _, account, habilitation, organisation = found(facts)
    office = due_of("organisation", organisation.id, EXPORTS, policy.exports.organisation, Code.BUDGET_ORGANISATION)
    if agreed:
        return entitled._replace(dues=(*entitled.dues, office))
    own = own_due(EXPORTS, account, habilitation, policy)
    return own if isinstance(own, Refusal) else entitled._replace(dues=(*entitled.dues, office, own))


def in_the_way(approved_at: datetime | None, copies: int, now: datetime, policy: Policy) -> Hindrance | None:
    """What keeps a copy of one's own request from being handed out: agreed to at ``approved_at``, if it was."""
    if approved_at is None:
        return Hindrance.NOT_AGREED
    if now >= approved_at + timedelta(days=policy.exports.days):
        return Hindrance.OVER
    return Hindrance.ALL_HANDED_OUT if copies >= policy.exports.copies else None
