"""The oracle of exposures: every figure of a network anew from plain lists, slow and obvious.

Written from the words of ``docs/explanation/exposure.md`` and not from :mod:`beffroi.core.exposure_network`: it keeps
nothing between two questions, goes through all accounts for each of them, and finds what budgets pay for by sending
people one way at a time until no way is left (Ford and Fulkerson), where the product looks for the smallest cut.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from beffroi.core.budgets import Caps
from beffroi.core.exposure import SPANS, Exposure, Spans
from beffroi.core.exposure_network import Employed, Shared
from beffroi.core.facts import OrganisationFacts
from beffroi.core.ids import AccountId, Bucket, OrganisationId
from beffroi.core.policy import SEARCH, Action, Policy, Relation, Role, RoleKind

PLENTY = 10**12


class Tie(NamedTuple):
    """One relation: the person does not matter here."""

    organisation: OrganisationId
    kind: Relation
    referent: AccountId | None
    since_at: datetime


class World(NamedTuple):
    """All that the oracle is told."""

    policy: Policy
    shared: Shared
    organisations: Sequence[OrganisationFacts]
    employed: Sequence[Employed]
    ties: Sequence[Tie]


def exposure(world: World, account: AccountId) -> Exposure:
    """The exposure of one account."""
    one = _named(world, account)
    if one is None:
        return Exposure((0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0))
    kinds = {role.kind for _, role, _ in live(world, one)}
    offspring = [other for other in world.employed if account in other.account.pools]
    direct, through, potential = [], [], []
    for hours in SPANS:
        top = min(_applications(world, hours), world.shared.population)
        pool = _most(world.policy.pool, hours)
        direct.append(min(_direct(world, one, hours), top))
        through.append(min(sum(_direct(world, other, hours) for other in offspring), pool, top))
        could = RoleKind.MANAGER in kinds and len(_approvers_outside(world, account)) >= 2
        potential.append(min(pool, top) if could else through[-1])
    reachable = bool(kinds & {RoleKind.READER, RoleKind.MANAGER}) or any(
        _direct(world, other, hours) for other in offspring for hours in SPANS
    )
    everybody = world.shared.population if reachable else 0
    return Exposure(_three(direct), _three(through), _three(potential), (everybody, everybody, everybody))


def line(world: World, account: AccountId) -> frozenset[AccountId]:
    """Whoever this account requested or approved, whole or by one role, and whoever they did; founders have none."""
    founders = _founders(world)
    found: set[AccountId] = set()
    grown = account not in founders
    while grown:
        grown = False
        for one in world.employed:
            made_by = {one.origin.requested_by, one.origin.approved_by, *one.origin.also}
            if made_by & ({account} | found) and one.account.id not in found | founders:
                found.add(one.account.id)
                grown = True
    return frozenset(found - {account})


def live(world: World, one: Employed) -> list[tuple[OrganisationFacts, Role, str]]:
    """The memberships under which an account may act now, or within 72 hours."""
    now, cut = world.shared.now, world.shared.containment
    facts = one.account
    if cut.everything or ("account", facts.id) in cut.scopes or not facts.active:
        return []
    if facts.attested_until <= now or facts.reviewed_until <= now:
        return []
    found = []
    for held in one.held:
        for office in world.organisations:
            role = world.policy.roles.get(held.role)
            if office.id == held.organisation and held.account == facts.id and role is not None:
                in_force = held.status in ("probation", "confirmed") and held.until_at > now
                begun = held.from_at <= now + timedelta(hours=72)
                contract = office.active and office.contract_until > now
                contained = ("organisation", office.id) in cut.scopes
                if in_force and begun and contract and not contained and office.kind in role.organisations:
                    found.append((office, role, held.status))
    return found


def _direct(world: World, one: Employed, hours: int) -> int:
    policy, groups = world.policy, world.shared.containment.groups
    closed = {id_ for kind, id_ in world.shared.containment.scopes if kind == "files"}
    reading = [
        (office, role, status)
        for office, role, status in live(world, one)
        if role.kind is RoleKind.READER and (_finds(role) or _reads(role, groups))
        if not closed & {office.id, office.kind}
    ]
    # Before any membership is confirmed the policy's percentage of each budget is left.
    confirmed = any(status == "confirmed" for _, _, status in reading)
    percent = 100 if confirmed else policy.probation_percent
    budgets = {
        code: Caps(*[0 if each == 0 else max(1, each * percent // 100) for each in caps])
        for code, caps in policy.buckets.items()
    }
    people: dict[tuple[str, str], set[object]] = {}
    usable: set[int] = set()
    for office, role, _ in reading:
        for number, tie in enumerate(world.ties):
            if tie.organisation != office.id or tie.since_at > world.shared.now + timedelta(hours=72):
                continue
            own = tie.referent == one.account.id and Relation.REFERENT in role.buckets
            bucket = role.buckets.get(Relation.REFERENT if own else tie.kind)
            if bucket is None:
                continue
            usable.add(number)
            people.setdefault((office.id, bucket), set()).add(number)
            young = tie.since_at > world.shared.now - policy.newcomer_life
            if young and role.newcomer is not None:
                people.setdefault((office.id, role.newcomer), set()).add(number)
    sizes = {place: len(ties) for place, ties in people.items()}
    searched = 0
    if any(_finds(role) for _, role, _ in reading):
        searched = _most(budgets[SEARCH], hours) if SEARCH in budgets else 0
        sizes |= {(office.id, "search"): PLENTY for office, role, _ in reading if _finds(role)}
    pipes: dict[tuple[str, str], int] = {}
    for (office_id, code), size in sizes.items():
        bucket = Bucket(code)
        caps = budgets.get(bucket, Caps(0, 0, 0, 0))
        pipes["source", f"bucket {bucket}"] = _most(caps, hours)
        counted = bucket in policy.organisation.counts
        pipes[f"bucket {bucket}", f"office {office_id}" if counted else "end"] = size + (
            0 if counted else pipes.get((f"bucket {bucket}", "end"), 0)
        )
    for office, _, _ in reading:
        budget = max(policy.organisation.floor, policy.organisation.per_agent * office.confirmed_agents)
        daily = min(budget, budget * policy.organisation.account_share // 100)
        pipes[f"office {office.id}", "end"] = _most(Caps(daily, daily, 7 * daily, 30 * daily), hours)
    found = min(_flow(pipes), len(usable) + searched)
    return min(found, _most(policy.pool, hours)) if one.account.pools else found


def _flow(pipes: dict[tuple[str, str], int]) -> int:
    room, total = dict(pipes), 0
    for one, other in pipes:
        room.setdefault((other, one), 0)
    while True:
        came: dict[str, str] = {"source": ""}
        waiting = deque(["source"])
        while waiting and "end" not in came:
            here = waiting.popleft()
            for (one, other), size in room.items():
                if one == here and size > 0 and other not in came:
                    came[other] = here
                    waiting.append(other)
        if "end" not in came:
            return total
        way, here = [], "end"
        while here != "source":
            way.append((came[here], here))
            here = came[here]
        least = min(room[pipe] for pipe in way)
        for one, other in way:
            room[one, other] -= least
            room[other, one] += least
        total += least


def _most(caps: Caps, hours: int) -> int:
    full_days = {1: 1, 24: 1, 72: 3}[hours]
    return min((hours + 1) * caps.hour, (full_days + 1) * caps.day, caps.week, caps.month)


def _applications(world: World, hours: int) -> int:
    cut = world.shared.containment
    if cut.everything:
        return 0
    opened = [one for one in world.shared.applications if one.open and ("application", one.id) not in cut.scopes]
    return sum(_most(one.caps, hours) for one in opened)


def _approvers_outside(world: World, account: AccountId) -> list[AccountId]:
    found = []
    for other in world.employed:
        if other.account.id != account and RoleKind.APPROVER in {role.kind for _, role, _ in live(world, other)}:
            apart = other.account.id not in line(world, account) and account not in line(world, other.account.id)
            if apart:
                found.append(other.account.id)
    return found


def _founders(world: World) -> frozenset[AccountId]:
    return frozenset(
        one.account.id
        for one in world.employed
        if one.origin[:2] == (None, None) and RoleKind.FOUNDER in {role.kind for _, role, _ in live(world, one)}
    )


def _finds(role: Role) -> bool:
    return any(Action.FIND in rule.actions for rule in role.rules.values())


def _reads(role: Role, cut_off: int) -> bool:
    reading = {Action.OPEN, Action.LIST, Action.RELEASE}
    return any(rule.actions & reading and rule.read & ~cut_off for rule in role.rules.values())


def _named(world: World, account: AccountId) -> Employed | None:
    return next((one for one in world.employed if one.account.id == account), None)


def _three(people: list[int]) -> Spans:
    one, two, three = people
    return one, two, three
