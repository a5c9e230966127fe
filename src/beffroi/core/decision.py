"""The decision: nine steps, first failing step wins, a denial is a value.

In two halves, because what a person's opening charges is known only once it is known why it is allowed:
:func:`entitle` (steps 1 to 7) says whether the facts entitle and which budgets would pay; :func:`settle` (step 8)
says whether those budgets can, and returns them charged. Both are total and read nothing but their arguments.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from beffroi.core import budgets
from beffroi.core.budgets import Caps, Scope, Window
from beffroi.core.facts import Facts, RelationFacts, Request, SessionFacts
from beffroi.core.ids import Bucket, OrganisationId
from beffroi.core.policy import (
    BREAK_GLASS,
    EVERYTHING,
    RELATIONS,
    SEARCH,
    Action,
    Demand,
    Policy,
    Relation,
)
from beffroi.core.refusals import Code


class Refusal(NamedTuple):
    """A denial. ``span`` names the span of an exhausted budget; ``demand`` what a step-up must bring."""

    code: Code
    span: str | None = None
    demand: Demand | None = None


class Due(NamedTuple):
    """One budget an opening must charge, and the cap it must stay under."""

    scope: Scope
    caps: Caps
    refusal: Code


class Entitlement(NamedTuple):
    """Entitled by the facts: these groups, for this explanation, if these budgets can pay.

    ``share`` is the most this account may use today of its organisation's budget, over ``share_of`` buckets
    (``None`` where the organisation's budget is not charged).
    """

    groups: int
    explanation: str
    bucket: Bucket
    dues: tuple[Due, ...]
    share: int | None
    organisation: OrganisationId


class Settlement(NamedTuple):
    """Paid: the windows as they must be written, by scope key; empty when nothing was owed."""

    charged: tuple[tuple[Due, Window], ...]


_STRENGTH: tuple[Relation, ...] = (
    Relation.REFERENT,
    Relation.FOLLOWED,
    Relation.APPOINTMENT,
    Relation.ENROLMENT,
    Relation.PRESCRIPTION,
)


def entitle(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """Steps 1 to 7 of the decision: containment, session, account, habilitation, assurance, relation, fields."""
    clock, contained = facts.clock, facts.containment
    now = clock.at

    # 1. application and containment
    if contained.everything:
        return Refusal(Code.EVERYTHING_CONTAINED)
    application = facts.application
    if application is None or application.id != request.application:
        return Refusal(Code.APPLICATION_UNKNOWN)
    scopes = contained.scopes
    if not application.open or ("application", application.id) in scopes:
        return Refusal(Code.APPLICATION_CLOSED)

    # 2. session
    session = facts.session
    if session is None:
        return Refusal(Code.SESSION_UNKNOWN)
    if session.application != request.application:
        return Refusal(Code.SESSION_OTHER_APPLICATION)
    if (
        session.revoked
        or now >= session.expires_at
        or now - session.seen_at >= timedelta(seconds=policy.session.idle)
    ):
        return Refusal(Code.SESSION_ENDED)
    if not session.same_client:
        return Refusal(Code.SESSION_OTHER_CLIENT)

    # 3. account
    account = facts.account
    if account is None or account.id != session.account or not account.active or ("account", account.id) in scopes:
        return Refusal(Code.ACCOUNT_SUSPENDED)
    if now >= account.attested_until:
        return Refusal(Code.ATTESTATION_EXPIRED)
    if now >= account.reviewed_until:
        return Refusal(Code.REVIEW_OVERDUE)

    # 4. habilitation
    if session.habilitation is None:
        return Refusal(Code.MEMBERSHIP_NOT_CHOSEN)
    habilitation = facts.habilitation
    if (
        habilitation is None
        or habilitation.id != session.habilitation
        or habilitation.account != account.id
        or habilitation.status not in ("probation", "confirmed")
        or not habilitation.from_at <= now < habilitation.until_at
    ):
        return Refusal(Code.HABILITATION_INACTIVE)
    organisation = facts.organisation
    if (
        organisation is None
        or organisation.id != habilitation.organisation
        or not organisation.active
        or now >= organisation.contract_until
        or ("organisation", organisation.id) in scopes
    ):
        return Refusal(Code.ORGANISATION_CLOSED)
    role = policy.roles.get(habilitation.role)
    if role is None or organisation.kind not in role.organisations:
        return Refusal(Code.ROLE_UNKNOWN)
    rule = role.rules.get(request.purpose)
    if rule is None:
        return Refusal(Code.PURPOSE_NOT_ALLOWED)
    action = request.action
    if action not in rule.actions:
        return Refusal(Code.ACTION_NOT_ALLOWED)

    # 5. assurance of the role and of the action
    lacking = _lacking(session, facts, role.demand) or _lacking(session, facts, policy.actions.get(action))
    if lacking is not None:
        return lacking

    # 6. relation
    bucket: Bucket | None
    if action is Action.FIND:
        explanation, bucket = "search", SEARCH
    elif action is Action.CREATE:
        explanation, bucket = "registration", RELATIONS
    else:
        relation = _strongest(facts)
        if relation is not None:
            kind = Relation.REFERENT if relation.own else relation.kind
            explanation, bucket = kind.value, role.buckets.get(kind)
            if bucket is not None and now - relation.since_at < timedelta(days=policy.newcomer_days):
                bucket = role.newcomer
            if action is Action.RELATE:
                bucket = RELATIONS
        else:
            bucket = None
        if bucket is None:
            if facts.reach is None or facts.reach.found_day != clock.day:
                return Refusal(Code.PERSON_UNKNOWN)
            if request.reason is None or not role.break_glass or action is not Action.OPEN:
                return Refusal(Code.NOT_FOLLOWED)
            if request.reason not in policy.reasons:
                return Refusal(Code.REASON_UNKNOWN)
            explanation, bucket = BREAK_GLASS, BREAK_GLASS

    # 7. fields
    groups = request.groups & ~contained.groups
    if action is Action.UPDATE or action is Action.CREATE:
        if groups != request.groups or groups & ~rule.write:
            return Refusal(Code.FIELDS_NOT_ALLOWED)
    else:
        groups &= rule.read
        if request.groups and not groups:
            return Refusal(Code.FIELDS_NOT_ALLOWED)
    for bit, demand in policy.groups.items():
        if groups & bit:
            lacking = _lacking(session, facts, demand)
            if lacking is not None:
                return lacking

    return _owed(explanation, bucket, groups, facts, policy)


def _lacking(session: SessionFacts, facts: Facts, demand: Demand | None) -> Refusal | None:
    """Step-up when the session falls short of the demand; an action the policy does not rate is refused."""
    if demand is None:
        return Refusal(Code.ACTION_NOT_ALLOWED)
    if session.level < demand.level:
        return Refusal(Code.STEP_UP_REQUIRED, demand=demand)
    age = demand.factor_age
    if age is not None and facts.clock.at - session.factor_at >= timedelta(seconds=age):
        return Refusal(Code.STEP_UP_REQUIRED, demand=demand)
    return None


def _strongest(facts: Facts) -> RelationFacts | None:
    """The live relation that explains best: one's own person first, then the order of ``_STRENGTH``."""
    now, best = facts.clock.at, None
    for relation in facts.relations:
        if relation.since_at > now or (relation.until_at is not None and now >= relation.until_at):
            continue
        if relation.own:
            return relation
        if best is None or _STRENGTH.index(relation.kind) < _STRENGTH.index(best.kind):
            best = relation
    return best


def _owed(
    explanation: str, bucket: Bucket, groups: int, facts: Facts, policy: Policy
) -> Entitlement | Refusal:
    """The budgets this opening draws on: the account's bucket, its pools, its organisation, the application."""
    application, account, organisation = facts.application, facts.account, facts.organisation
    assert application is not None, "step 1 passed"
    assert account is not None, "step 3 passed"
    assert organisation is not None, "step 4 passed"
    caps = policy.buckets.get(bucket)
    if caps is None:
        return Refusal(Code.BUDGET_UNKNOWN)
    dues = [Due(Scope("account", account.id, bucket), caps, Code.BUDGET_ACCOUNT)]
    share = None
    if bucket == RELATIONS:
        per_office = policy.organisation_relations
        dues.append(Due(Scope("organisation", organisation.id, RELATIONS), per_office, Code.BUDGET_ORGANISATION))
    else:
        for pool in account.pools:
            dues.append(Due(Scope("pool", pool, EVERYTHING), policy.pool, Code.BUDGET_POOL))
        if bucket in policy.organisation.counts:
            law = policy.organisation
            day = max(law.floor, law.per_agent * organisation.confirmed_agents)
            share = day * law.account_share // 100
            most = Caps(day, day, 7 * day, 30 * day)
            dues.append(Due(Scope("organisation", organisation.id, EVERYTHING), most, Code.BUDGET_ORGANISATION))
        dues.append(Due(Scope("application", application.id, EVERYTHING), application.caps, Code.BUDGET_APPLICATION))
    return Entitlement(groups, explanation, bucket, tuple(dues), share, organisation.id)


def keys(entitlement: Entitlement, facts: Facts, policy: Policy) -> tuple[str, ...]:
    """Keys of every budget :func:`settle` must see for this entitlement."""
    wanted = tuple(due.scope.key for due in entitlement.dues)
    if entitlement.share is None or facts.account is None:
        return wanted
    account = facts.account.id
    return wanted + tuple(Scope("account", account, bucket).key for bucket in policy.organisation.counts)


def settle(
    entitlement: Entitlement, facts: Facts, windows: Mapping[str, Window], policy: Policy
) -> Settlement | Refusal:
    """Step 8: charge each budget that has not counted this person today, or refuse by the first that cannot pay.

    ``windows`` holds the budgets by key; one that is absent has counted nobody. Opening the same person again
    the same day under the same budgets charges nothing (I-15).
    """
    clock, reach = facts.clock, facts.reach
    charged: list[tuple[Due, Window]] = []
    for due in entitlement.dues:
        key = due.scope.key
        last_day = reach.day if reach is not None and budgets.mark(key) in reach.marks else None
        if last_day == clock.day:
            continue
        window = budgets.charge(budgets.at(windows.get(key, budgets.EMPTY), clock.day, clock.hour), last_day)
        span = budgets.exceeds(window, due.caps)
        if span is not None:
            return Refusal(due.refusal, span)
        charged.append((due, window))
    if charged and entitlement.share is not None and facts.account is not None:
        used = 1
        for bucket in policy.organisation.counts:
            window = windows.get(Scope("account", facts.account.id, bucket).key, budgets.EMPTY)
            used += budgets.at(window, clock.day, clock.hour).recent[0]
        if used > entitlement.share:
            return Refusal(Code.BUDGET_SHARE, "day")
    return Settlement(tuple(charged))


def decide(
    request: Request, facts: Facts, windows: Mapping[str, Window], policy: Policy
) -> tuple[Entitlement, Settlement] | Refusal:
    """The whole decision. ``windows`` need only hold the budgets named by :func:`keys`."""
    entitlement = entitle(request, facts, policy)
    if isinstance(entitlement, Refusal):
        return entitlement
    settlement = settle(entitlement, facts, windows, policy)
    return settlement if isinstance(settlement, Refusal) else (entitlement, settlement)
