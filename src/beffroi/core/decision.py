"""The decision: nine steps, first failing step wins, a denial is a value.

In two halves, because what a person's opening charges is known only once it is known why it is allowed:
:func:`entitle` (steps 1 to 7) says whether the facts entitle and which budgets would pay; :func:`settle` (step 8)
says whether those budgets can, and returns them charged. Both are total and read nothing but their arguments.
Step 9, the release, belongs to the guard: it writes what :func:`remembered` and the settlement say, then answers.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from beffroi.core import budgets
from beffroi.core.budgets import EMPTY, Window
from beffroi.core.dues import Due, owed
from beffroi.core.explanations import Explanation
from beffroi.core.facts import Clock, CoverFacts, Facts, Reach, Request, SessionFacts, found
from beffroi.core.habilitation import clash, is_in_force, kinds_in_force
from beffroi.core.ids import ApplicationId, Bucket, OrganisationId
from beffroi.core.policy import (
    BREAK_GLASS,
    RELATIONS,
    SEARCH,
    Action,
    Demand,
    Level,
    Policy,
    Relation,
    Role,
    RoleKind,
    Rule,
)
from beffroi.core.refusals import Code, Refusal

__all__ = [
    "Entitlement", "Refusal", "Settlement", "Standing", "decide", "entitle", "found", "is_restricted", "keys",
    "lacking", "present", "remembered", "settle", "stand",
]  # fmt: skip


class Entitlement(NamedTuple):
    """Entitled by the facts: these groups, for this explanation, if these budgets can pay."""

    groups: int
    explanation: Explanation
    bucket: Bucket
    dues: tuple[Due, ...]
    organisation: OrganisationId


class Standing(NamedTuple):
    """Steps 1 to 5 passed for one session, action and purpose: until ``until``, if none of its facts changes before.

    ``dues`` keeps the budgets of each bucket once they were worked out; they follow from the same facts.
    """

    role: Role
    rule: Rule
    until: datetime
    dues: dict[Bucket, tuple[Due, ...] | Refusal]


class Settlement(NamedTuple):
    """Paid: the windows as they must be written; empty when nothing was owed."""

    charged: tuple[tuple[Due, Window], ...]


# Members looked up once: reading one from its enumeration costs more than the comparison it is read for.
_OPEN, _FIND, _CREATE, _RELATE, _ERASE = Action.OPEN, Action.FIND, Action.CREATE, Action.RELATE, Action.ERASE
_READER, _REFERENT, _RESTRICTED = RoleKind.READER, Relation.REFERENT, Relation.RESTRICTED
_STRONGEST_LEVEL = Level.PASSKEY

_STRENGTH: Final = {
    relation: (2 * strength, Explanation(relation.value))
    for strength, relation in enumerate(
        (
            Relation.REFERENT,
            Relation.FOLLOWED,
            Relation.APPOINTMENT,
            Relation.ENROLMENT,
            Relation.PRESCRIPTION,
            Relation.ARCHIVED,
        )
    )
}
_COVER_STRENGTH: Final = _STRENGTH[_REFERENT][0] + 1
_WITHOUT_PERSON: Final = frozenset({Action.FIND, Action.CREATE})
_WRITING: Final = frozenset({Action.UPDATE, Action.CREATE})
_FIELDLESS: Final = frozenset({Action.FIND, Action.RELATE, Action.ERASE})


def entitle(
    request: Request, facts: Facts, policy: Policy, standing: Standing | None = None
) -> Entitlement | Refusal:
    """Steps 1 to 7 of the decision: containment, session, account, habilitation, assurance, relation, fields.

    ``standing`` spares the first five: what :func:`stand` said of this session, action and purpose on the same facts
    (relations and reach apart), at an earlier instant of which it still holds.
    """
    if standing is None:
        stood = stand(request, facts, policy)
        if isinstance(stood, Refusal):
            return stood
        standing = stood

    # 6. relation, or break-glass
    known = _explained(request, facts, standing.role, policy)
    if isinstance(known, Refusal):
        return known
    explanation, bucket = known

    # 7. fields
    assert facts.session is not None, "step 2 passed"
    groups = _granted(request, facts.session, standing.rule, facts, policy)
    if isinstance(groups, Refusal):
        return groups

    dues = standing.dues.get(bucket)
    if dues is None:
        dues = standing.dues[bucket] = owed(bucket, facts, policy)
    if isinstance(dues, Refusal):
        return dues
    assert facts.organisation is not None, "step 4 passed"
    return Entitlement(groups, explanation, bucket, dues, facts.organisation.id)


def stand(request: Request, facts: Facts, policy: Policy) -> Standing | Refusal:
    """Steps 1 to 5: containment, session, account, habilitation, assurance. Reads neither person nor relations."""
    role = present(request.application, facts, policy)
    if isinstance(role, Refusal):
        return role
    session, account, habilitation, organisation = found(facts)

    # 1 again, for what concerns files alone: duties go on
    if facts.containment.closes_files(organisation):
        return Refusal(Code.FILES_CONTAINED)

    # 4. habilitation: a role of another kind than reader has no rule, whatever the policy holds (I-05)
    rule = role.rules.get(request.purpose) if role.kind is _READER else None
    if rule is None:
        return Refusal(Code.PURPOSE_NOT_ALLOWED)
    action = request.action
    if action not in rule.actions:
        return Refusal(Code.ACTION_NOT_ALLOWED)

    # 5. assurance of the role and of the action
    short = lacking(session, facts.clock, role.demand) or lacking(session, facts.clock, policy.actions.get(action))
    if short is not None:
        return short

    ends = [
        session.expires_at, _after(session.seen_at, policy.session.idle_life), account.attested_until,
        account.reviewed_until, habilitation.until_at, organisation.contract_until,
    ]  # fmt: skip
    now = facts.clock.at
    ends += [edge for one in account.held for edge in (one.from_at, one.until_at) if edge > now]
    for demand in (role.demand, policy.actions[action]):
        if demand.factor_life is not None:
            ends.append(_after(session.factor_at, demand.factor_life))
    return Standing(role, rule, min(ends), {})


def present(application_id: ApplicationId, facts: Facts, policy: Policy) -> Role | Refusal:
    """Steps 1 to 4 but for what the role allows: who is there, in which role, through an open application."""
    contained = facts.containment
    now = facts.clock.at

    # 1. application and containment
    if contained.everything:
        return Refusal(Code.EVERYTHING_CONTAINED)
    application = facts.application
    if application is None or application.id != application_id:
        return Refusal(Code.APPLICATION_UNKNOWN)
    scopes = contained.scopes
    if not application.open or ("application", application.id) in scopes:
        return Refusal(Code.APPLICATION_CLOSED)

    # 2. session
    session = facts.session
    if session is None:
        return Refusal(Code.SESSION_UNKNOWN)
    if session.application != application_id:
        return Refusal(Code.SESSION_OTHER_APPLICATION)
    if session.revoked or now >= session.expires_at or now - session.seen_at >= policy.session.idle_life:
        return Refusal(Code.SESSION_ENDED)
    if not session.same_client:
        return Refusal(Code.SESSION_OTHER_CLIENT)

    # 3. account
    account = facts.account
    if account is None or account.id != session.account or not account.active or contained.cuts(account):
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
        or not is_in_force(habilitation, now)
    ):
        return Refusal(Code.HABILITATION_INACTIVE)
    if application_id not in habilitation.applications:
        return Refusal(Code.HABILITATION_ELSEWHERE)
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
    if account.held:  # I-05: nobody is two people whose duties are apart
        kinds = kinds_in_force(account.held, now, policy) | {role.kind}
        if clash(kinds, policy.separation) is not None:
            return Refusal(Code.DUTIES_CLASH)
    return role


def _after(instant: datetime, life: timedelta) -> datetime:
    try:
        return instant + life
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def lacking(session: SessionFacts, clock: Clock, demand: Demand | None) -> Refusal | None:
    """Step-up when the session falls short of the demand; an action the policy does not rate is refused."""
    if demand is None:
        return Refusal(Code.ACTION_NOT_ALLOWED)
    if not demand.level <= session.level <= _STRONGEST_LEVEL:  # a level nobody defined proves nothing
        return Refusal(Code.STEP_UP_REQUIRED, demand=demand)
    life = demand.factor_life
    if life is not None and clock.at - session.factor_at >= life:
        return Refusal(Code.STEP_UP_REQUIRED, demand=demand)
    return None


def _explained(request: Request, facts: Facts, role: Role, policy: Policy) -> tuple[Explanation, Bucket] | Refusal:
    """Why this person may be known, and the account's budget that pays for it.

    Finding somebody one's organisation does not follow draws on the searches; finding one's own people costs what
    opening them costs. Changing who follows whom draws on a budget of its own, and reads nothing.
    A restriction takes a relation's effect away but for the policy's purposes; it leaves finds and listed reasons.
    """
    action = request.action
    if request.person is None and action not in _WITHOUT_PERSON:
        return Refusal(Code.PERSON_UNKNOWN)
    if action is _CREATE:
        return Explanation.REGISTRATION, RELATIONS
    related = _related(facts, role, policy)
    held = action is not _FIND and is_restricted(facts) and not _goes_on(request, policy)
    if related is not None and not held:
        explanation, bucket = related
        return explanation, RELATIONS if action is _RELATE else bucket
    if action is _FIND:
        return Explanation.SEARCH, SEARCH
    if related is None and (facts.reach is None or facts.reach.found_day != facts.clock.day):
        return Refusal(Code.PERSON_UNKNOWN)
    if request.reason is None or not role.break_glass or action is not _OPEN or _archived(facts):
        return Refusal(Code.NOT_FOLLOWED if related is None else Code.RESTRICTED)
    if request.reason not in policy.reasons:
        return Refusal(Code.REASON_UNKNOWN)
    if held and request.reason not in policy.restriction.reasons:
        return Refusal(Code.RESTRICTED)
    return Explanation.BREAK_GLASS, BREAK_GLASS


def _related(facts: Facts, role: Role, policy: Policy) -> tuple[Explanation, Bucket] | None:
    """The strongest live relation that this role may use: one's own person first, then by ``_STRENGTH``.

    A relation younger than the policy's ``newcomer_days`` explains and draws on the role's newcomer budget: whoever
    can create relations must not thereby widen what he can read in a day. So does a cover that the absent colleague
    did not declare, as long as it lasts: whoever names a stand-in must not thereby give a portfolio.
    """
    now = facts.clock.at
    strongest = 2 * len(_STRENGTH)
    found: tuple[Explanation, Bucket] | None = None
    for relation in facts.relations:
        if relation.since_at > now or (relation.until_at is not None and now >= relation.until_at):
            continue
        if not relation.here or relation.kind is _RESTRICTED:
            continue
        kind, young = relation.kind, now - relation.since_at < policy.newcomer_life
        bucket = cover = None
        if kind is Relation.ARCHIVED:  # in nobody's portfolio, whatever its row says of a referent
            pass
        elif relation.own:
            bucket = role.buckets.get(_REFERENT)
            if bucket is not None:
                kind = _REFERENT
        elif relation.covers:
            cover = _covering(relation.covers, now)
            if cover is not None:
                bucket = role.buckets.get(_REFERENT)
                if bucket is not None and (young or not cover.handed):
                    bucket = role.newcomer
                if bucket is None:  # a cover that gives nothing takes nothing away
                    cover = None
        if cover is None:
            if bucket is None:
                bucket = role.buckets.get(kind)
            if young and bucket is not None:
                bucket = role.newcomer
        strength, explanation = _STRENGTH[kind] if cover is None else (_COVER_STRENGTH, Explanation.COVER)
        if bucket is None or strength >= strongest:
            continue
        strongest, found = strength, (explanation, bucket)
    return found


def _archived(facts: Facts) -> bool:
    """Whether the person's file is archived, wherever it was followed last: no emergency opens it."""
    return _is(Relation.ARCHIVED, facts)


def is_restricted(facts: Facts) -> bool:
    """Whether the person has the use of their file restricted, whichever organisation decided it."""
    return _is(_RESTRICTED, facts)


def _is(kind: Relation, facts: Facts) -> bool:
    now = facts.clock.at
    for one in facts.relations:
        if one.kind is kind and one.since_at <= now and (one.until_at is None or now < one.until_at):
            return True
    return False


def _goes_on(request: Request, policy: Policy) -> bool:
    """Whether this is done with a restricted file as well: under listed purposes, all but erasing it (18.1.b, c)."""
    return request.purpose in policy.restriction.purposes and request.action is not _ERASE


def _covering(covers: tuple[CoverFacts, ...], now: datetime) -> CoverFacts | None:
    """The cover under way that gives most: one that the absent colleague declared, where there is one."""
    under_way = [cover for cover in covers if cover.from_at <= now < cover.until_at]
    return max(under_way, key=lambda cover: cover.handed, default=None)


def _granted(request: Request, session: SessionFacts, rule: Rule, facts: Facts, policy: Policy) -> int | Refusal:
    """The field groups that role, purpose, request, containment and assurance all allow (I-10).

    A reading is narrowed to what is allowed, and refused when nothing is left; a writing is whole or refused.
    """
    action = request.action
    if action in _FIELDLESS:
        return 0
    groups = request.groups & ~facts.containment.groups
    if action in _WRITING:
        if groups != request.groups or groups & ~rule.write:
            return Refusal(Code.FIELDS_NOT_ALLOWED)
    else:
        groups &= rule.read
        if request.groups and not groups:
            return Refusal(Code.FIELDS_NOT_ALLOWED)
    if groups & ~policy.rated:
        return Refusal(Code.FIELDS_NOT_ALLOWED)
    for bits, demand in policy.group_demands:
        if groups & bits:
            short = lacking(session, facts.clock, demand)
            if short is not None:
                return short
    return groups


def keys(entitlement: Entitlement) -> tuple[str, ...]:
    """Keys of every budget :func:`settle` must see for this entitlement."""
    return tuple(due.key for due in entitlement.dues)


def settle(
    entitlement: Entitlement, facts: Facts, windows: Mapping[str, Window], policy: Policy
) -> Settlement | Refusal:
    """Step 8: charge each budget that has not counted this person today, or refuse by the first that cannot pay.

    ``windows`` holds the budgets by key; one that is absent has counted nobody. Opening the same person again
    the same day under the same budgets charges nothing (I-15).
    """
    (_, day, hour), reach = facts.clock, facts.reach
    charged: list[tuple[Due, Window]] = []
    for due in entitlement.dues:
        last_day = None
        if reach is not None and due.mark in reach.marks:
            last_day = reach.day
            if last_day == day:
                continue
        window = budgets.charge(budgets.at(windows.get(due.key, EMPTY), day, hour), last_day)
        span = budgets.exceeds(window, due.caps)
        if span is not None:
            return Refusal(due.refusal, span)
        charged.append((due, window))
    return Settlement(tuple(charged))


def remembered(reach: Reach | None, settlement: Settlement, clock: Clock, *, found: bool = False) -> Reach:
    """What the account's reach of this person must become when the settlement is written.

    Marks are of one day only, the last: a budget charged on an earlier day and not today is forgotten, so that a
    later opening under it counts the person again. That can only be stricter. ``found`` when a search answered.
    """
    marks = tuple([due.mark for due, _ in settlement.charged])
    found_day = clock.day if found else 0 if reach is None else reach.found_day
    if reach is None:
        return Reach(clock.day, marks, found_day)
    if reach.day == clock.day or not marks:
        return Reach(reach.day, reach.marks + marks, found_day)
    return Reach(clock.day, marks, found_day)


def decide(
    request: Request, facts: Facts, windows: Mapping[str, Window], policy: Policy
) -> tuple[Entitlement, Settlement] | Refusal:
    """The whole decision. ``windows`` need only hold the budgets named by :func:`keys`."""
    entitlement = entitle(request, facts, policy)
    if isinstance(entitlement, Refusal):
        return entitlement
    settlement = settle(entitlement, facts, windows, policy)
    return settlement if isinstance(settlement, Refusal) else (entitlement, settlement)
