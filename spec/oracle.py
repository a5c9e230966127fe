"""The oracle: the decision again, slow and obvious, over the plain list of all past releases.

Written from the design's text and not from :mod:`beffroi.core.decision`: it keeps no window, no mark and no running
count. It lists *every* objection to a request, in the order of the nine steps, and counts people with sets. The
product's answer is held to it by ``tests/differential``.

Two ways to count a shared budget (organisation, application, pool): ``people``, as the promise reads, and
``pairs``, an account and a person, as the product counts, which is never less.
"""

from typing import Literal, NamedTuple

from beffroi.core.budgets import Caps
from beffroi.core.facts import Facts, RelationFacts, Request
from beffroi.core.ids import AccountId, ApplicationId, Bucket, OrganisationId, PersonId
from beffroi.core.policy import Action, Demand, Policy, Relation, Role, RoleKind
from beffroi.core.refusals import Code

Counting = Literal["people", "pairs"]
CHANGING = ("relations", "assignments")
PREFERENCE = ["referent", "cover", "followed", "appointment", "enrolment", "prescription", "archived"]


class Release(NamedTuple):
    """One past release, with all that a budget could ask about it."""

    account: AccountId
    person: PersonId
    organisation: OrganisationId
    application: ApplicationId
    bucket: Bucket
    pools: tuple[AccountId, ...]
    probation: bool
    day: int
    hour: int


class Granted(NamedTuple):
    """What the facts entitle to, before any budget is asked."""

    explanation: str
    bucket: Bucket
    groups: int


def objections(request: Request, facts: Facts, policy: Policy) -> list[Code]:
    """Every objection of steps 1 to 7, in order; a missing fact ends the list: nothing after it can be judged."""
    said: list[Code] = []
    now = facts.clock.at
    cut = facts.containment
    if cut.everything:
        said.append(Code.EVERYTHING_CONTAINED)
    application = facts.application
    if application is None or application.id != request.application:
        return [*said, Code.APPLICATION_UNKNOWN]
    if not application.open:
        said.append(Code.APPLICATION_CLOSED)
    if ("application", application.id) in cut.scopes:
        said.append(Code.APPLICATION_CLOSED)
    session = facts.session
    if session is None:
        return [*said, Code.SESSION_UNKNOWN]
    if session.application != application.id:
        said.append(Code.SESSION_OTHER_APPLICATION)
    if session.revoked or session.expires_at <= now:
        said.append(Code.SESSION_ENDED)
    if (now - session.seen_at).total_seconds() >= policy.session.idle:
        said.append(Code.SESSION_ENDED)
    if not session.same_client:
        said.append(Code.SESSION_OTHER_CLIENT)
    account = facts.account
    if account is None or account.id != session.account:
        return [*said, Code.ACCOUNT_SUSPENDED]
    if not account.active or ("account", account.id) in cut.scopes:
        said.append(Code.ACCOUNT_SUSPENDED)
    cut_lines = {id_ for kind, id_ in cut.scopes if kind == "line"}
    if cut_lines & {account.id, *account.lines}:
        said.append(Code.ACCOUNT_SUSPENDED)
    if account.attested_until <= now:
        said.append(Code.ATTESTATION_EXPIRED)
    if account.reviewed_until <= now:
        said.append(Code.REVIEW_OVERDUE)
    if session.habilitation is None:
        return [*said, Code.MEMBERSHIP_NOT_CHOSEN]
    held = facts.habilitation
    if held is None or held.id != session.habilitation or held.account != account.id:
        return [*said, Code.HABILITATION_INACTIVE]
    if held.status != "probation" and held.status != "confirmed":
        said.append(Code.HABILITATION_INACTIVE)
    if now < held.from_at or now >= held.until_at:
        said.append(Code.HABILITATION_INACTIVE)
    if not any(place == application.id for place in held.applications):
        said.append(Code.HABILITATION_ELSEWHERE)
    office = facts.organisation
    if office is None or office.id != held.organisation:
        return [*said, Code.ORGANISATION_CLOSED]
    if not office.active or office.contract_until <= now or ("organisation", office.id) in cut.scopes:
        said.append(Code.ORGANISATION_CLOSED)
    if held.role not in policy.roles or office.kind not in policy.roles[held.role].organisations:
        return [*said, Code.ROLE_UNKNOWN]
    role = policy.roles[held.role]
    if _clashing(facts, policy):
        said.append(Code.DUTIES_CLASH)
    if {("files", office.id), ("files", office.kind)} & cut.scopes:
        said.append(Code.FILES_CONTAINED)
    if role.kind != RoleKind.READER or request.purpose not in role.rules:
        return [*said, Code.PURPOSE_NOT_ALLOWED]
    rule = role.rules[request.purpose]
    if request.action not in rule.actions:
        return [*said, Code.ACTION_NOT_ALLOWED]
    if not _satisfies(facts, role.demand):
        said.append(Code.STEP_UP_REQUIRED)
    if request.action not in policy.actions:
        return [*said, Code.ACTION_NOT_ALLOWED]
    if not _satisfies(facts, policy.actions[request.action]):
        said.append(Code.STEP_UP_REQUIRED)
    said += _relation_objections(request, facts, role, policy)
    said += _field_objections(request, facts, rule.read, rule.write, policy)
    return said


def _clashing(facts: Facts, policy: Policy) -> bool:
    """Whether two of the kinds of role that this person holds today are apart."""
    assert facts.account is not None
    assert facts.habilitation is not None
    now = facts.clock.at
    roles = [facts.habilitation.role]
    for other in facts.account.held:
        if other.status in ("probation", "confirmed") and other.from_at <= now and now < other.until_at:
            roles.append(other.role)
    kinds = [policy.roles[role].kind for role in roles if role in policy.roles]
    return any({one, other} in policy.separation for one in kinds for other in kinds)


def _satisfies(facts: Facts, demand: Demand) -> bool:
    session = facts.session
    assert session is not None
    if session.level not in (1, 2, 3) or session.level < int(demand.level):
        return False
    if demand.factor_age is None:
        return True
    return (facts.clock.at - session.factor_at).total_seconds() < demand.factor_age


def _live(facts: Facts) -> list[RelationFacts]:
    now = facts.clock.at
    started = [one for one in facts.relations if one.since_at <= now]
    return [one for one in started if one.until_at is None or one.until_at > now]


def _usable(facts: Facts, role: Role, policy: Policy) -> list[tuple[str, Bucket]]:
    """Every explanation the live relations offer this role, with the budget each draws on."""
    offered: list[tuple[str, Bucket]] = []
    for relation in [one for one in _live(facts) if one.here and one.kind != Relation.RESTRICTED]:
        ways = [("referent", Relation.REFERENT, False)] if relation.own else _stood_in(facts, relation)
        if relation.kind == Relation.ARCHIVED:  # who read it before reads it no more
            ways = []
        for word, kind, fresh in [*ways, (relation.kind.value, relation.kind, False)]:
            if kind not in role.buckets:
                continue
            young = fresh or (facts.clock.at - relation.since_at).total_seconds() < policy.newcomer_days * 86_400
            bucket = role.newcomer if young else role.buckets[kind]
            if bucket is not None:
                offered.append((word, bucket))
                break
    return sorted(offered, key=lambda offer: PREFERENCE.index(offer[0]))


def _stood_in(facts: Facts, relation: RelationFacts) -> list[tuple[str, Relation, bool]]:
    """One way to be as good as the referent, where an absence is covered today; the last part: as of a newcomer.

    Nobody gives a colleague's portfolio but that colleague: what somebody else says counts as a newcomer's, always.
    """
    now = facts.clock.at
    today = [cover for cover in relation.covers if not cover.from_at > now and cover.until_at > now]
    if not today:
        return []
    declared = [cover for cover in today if cover.handed]
    return [("cover", Relation.REFERENT, not declared)]


def _relation_objections(request: Request, facts: Facts, role: Role, policy: Policy) -> list[Code]:
    if request.action in (Action.CREATE, Action.FIND):
        return []
    if request.person is None:
        return [Code.PERSON_UNKNOWN]
    stopped = _stopped(request, facts, policy)
    if _usable(facts, role, policy):
        if not stopped:
            return []
        return _in_spite_of_it(request, facts, role, policy)
    if facts.reach is None or facts.reach.found_day != facts.clock.day:
        return [Code.PERSON_UNKNOWN]
    if [one for one in _live(facts) if one.kind == Relation.ARCHIVED]:  # here or elsewhere: nobody's emergency
        return [Code.NOT_FOLLOWED]
    if request.action != Action.OPEN or not role.break_glass or request.reason is None:
        return [Code.NOT_FOLLOWED]
    if request.reason not in policy.reasons:
        return [Code.REASON_UNKNOWN]
    return [Code.RESTRICTED] if stopped and request.reason not in policy.restriction.reasons else []


def _stopped(request: Request, facts: Facts, policy: Policy) -> bool:
    """Whether the person's restriction forbids this, whoever decided it: erasing always, the rest by its purpose."""
    if not [one for one in _live(facts) if one.kind == Relation.RESTRICTED]:
        return False
    return request.action == Action.ERASE or request.purpose not in policy.restriction.purposes


def _in_spite_of_it(request: Request, facts: Facts, role: Role, policy: Policy) -> list[Code]:
    """What one objects to who knows the person and wants the restricted file: nothing, for a listed reason."""
    archived = [one for one in _live(facts) if one.kind == Relation.ARCHIVED]
    if archived or request.action != Action.OPEN or not role.break_glass or request.reason is None:
        return [Code.RESTRICTED]
    if request.reason not in policy.reasons:
        return [Code.REASON_UNKNOWN]
    return [] if request.reason in policy.restriction.reasons else [Code.RESTRICTED]


def _field_objections(request: Request, facts: Facts, read: int, write: int, policy: Policy) -> list[Code]:
    if request.action in (Action.FIND, Action.RELATE, Action.ERASE):
        return []
    said: list[Code] = []
    wanted = [1 << bit for bit in range(16) if request.groups & 1 << bit]
    allowed = [bit for bit in wanted if not facts.containment.groups & bit]
    if request.action in (Action.CREATE, Action.UPDATE):
        if [bit for bit in wanted if bit not in allowed or not write & bit]:
            said.append(Code.FIELDS_NOT_ALLOWED)
    else:
        allowed = [bit for bit in allowed if read & bit]
        if wanted and not allowed:
            said.append(Code.FIELDS_NOT_ALLOWED)
    if [bit for bit in allowed if bit not in policy.groups]:
        return [*said, Code.FIELDS_NOT_ALLOWED]
    if not all(_satisfies(facts, policy.groups[bit]) for bit in allowed):
        said.append(Code.STEP_UP_REQUIRED)
    return said


def granted(request: Request, facts: Facts, policy: Policy) -> Granted:
    """What a request without objection is entitled to."""
    assert facts.habilitation is not None
    role = policy.roles[facts.habilitation.role]
    rule = role.rules[request.purpose]
    groups = request.groups
    if request.action in (Action.FIND, Action.RELATE, Action.ERASE):
        groups = 0
    elif request.action not in (Action.CREATE, Action.UPDATE):
        groups = request.groups & rule.read & ~facts.containment.groups
    if request.action == Action.CREATE:
        return Granted("registration", Bucket("relations"), groups)
    usable = _usable(facts, role, policy)
    if request.action != Action.FIND and _stopped(request, facts, policy):
        return Granted("break-glass", Bucket("break-glass"), groups)
    if not usable:
        word = "search" if request.action == Action.FIND else "break-glass"
        return Granted(word, Bucket(word), groups)
    explanation, bucket = usable[0]
    return Granted(explanation, Bucket("relations") if request.action == Action.RELATE else bucket, groups)


def unpayable(
    wanted: Release, agents: int, breaker: Caps, history: list[Release], policy: Policy, counting: Counting
) -> set[Code]:
    """The budgets that one more release would bring over a cap, given every release before it."""
    law = policy.organisation
    office = wanted.organisation
    over: set[Code] = set()

    def judge(code: Code, caps: Caps, of_scope: list[Release], one_by_one: bool) -> None:
        if _over(wanted, of_scope, caps, "people" if one_by_one else counting):
            over.add(code)

    mine = [one for one in history if one.account == wanted.account]
    if wanted.bucket not in policy.buckets:
        return {Code.BUDGET_UNKNOWN}
    in_bucket = [one for one in mine if one.bucket == wanted.bucket]
    caps = policy.buckets[wanted.bucket]
    if wanted.probation:
        caps = Caps(*[0 if cap == 0 else max(1, cap * policy.probation_percent // 100) for cap in caps])
    judge(Code.BUDGET_ACCOUNT, caps, in_bucket, True)
    theirs = [one for one in history if one.organisation == office]
    for changing, cap in (
        ("relations", policy.organisation_relations),
        ("assignments", policy.organisation_assignments),
    ):
        if wanted.bucket == changing:
            judge(Code.BUDGET_ORGANISATION, cap, [one for one in theirs if one.bucket == changing], False)
            return over
    for pool in wanted.pools:
        pooled = [one for one in history if pool in one.pools and one.bucket not in CHANGING]
        judge(Code.BUDGET_POOL, policy.pool, pooled, False)
    if wanted.bucket in law.counts:
        day = max(law.floor, law.per_agent * agents)
        counted = [one for one in theirs if one.bucket in law.counts]
        judge(Code.BUDGET_ORGANISATION, Caps(day, day, 7 * day, 30 * day), counted, False)
        share = day * law.account_share // 100
        shared = [one for one in counted if one.account == wanted.account]
        judge(Code.BUDGET_SHARE, Caps(share, share, 7 * share, 30 * share), shared, True)
    through = [one for one in history if one.application == wanted.application and one.bucket not in CHANGING]
    judge(Code.BUDGET_APPLICATION, breaker, through, False)
    return over


def _over(wanted: Release, of_scope: list[Release], caps: Caps, counting: Counting) -> bool:
    """Whether the distinct people of some span, the wanted one included, would be more than its cap.

    Opening somebody again the same day costs nothing: an hour counts first openings of the day.
    """

    def counted(one: Release) -> tuple[str, str]:
        return ("" if counting == "people" else one.account, one.person)

    today = [one for one in of_scope if one.day == wanted.day]
    if counted(wanted) in {counted(one) for one in today}:
        return False
    earlier = {counted(one) for one in today if one.hour < wanted.hour}
    hour = {counted(one) for one in [*today, wanted] if one.hour == wanted.hour} - earlier
    spans = [(len(hour), caps.hour)]
    for length, cap in ((1, caps.day), (7, caps.week), (30, caps.month)):
        recent = {counted(one) for one in of_scope if wanted.day - length < one.day <= wanted.day}
        spans.append((len(recent | {counted(wanted)}), cap))
    return any(people > cap for people, cap in spans)
