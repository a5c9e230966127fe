"""Exposure of an account: how many people could be read from it if it fell now, in 1, 24 and 72 hours.

The bound holds for a span that starts at any instant, so it counts the clock hours and the Paris days that such a
span can touch. It is what the law allows on the facts of this instant, not what a thief would manage; a thief is
supposed to hold every factor of the account. DESIGN, section 6.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple

from beffroi.core.budgets import Caps
from beffroi.core.ids import Bucket, OrganisationId
from beffroi.core.policy import SEARCH, Action, OrganisationBudget, Policy, Relation, Role, RoleKind

SPANS: Final = (1, 24, 72)
"""Hours."""
_READING: Final = frozenset({Action.OPEN, Action.LIST, Action.RELEASE})
_EXACT: Final = 6
"""Organisations of one account up to which the worst split of its budgets among them is found exactly."""

Spans = tuple[int, int, int]
"""People in each of ``SPANS``."""
NOBODY: Final[Spans] = (0, 0, 0)


EVERYBODY: Final = 1 << 31
"""Stands for the population, which is a ceiling of the end result (:func:`capped`)."""


class Count(NamedTuple):
    """How many relations, by age: ``young`` ones are under the policy's ``newcomer_days``."""

    settled: int
    young: int


_NONE: Final = Count(0, 0)
Tally = Mapping[Relation, Count]
"""Relations of an organisation, or those of one referent among them, by kind."""


class Readable(NamedTuple):
    """How many people one budget of the account may pay for at one organisation."""

    organisation: OrganisationId
    bucket: Bucket
    people: int


class Holder(NamedTuple):
    """What the people read directly depend on.

    ``shares`` is what the account may use of the daily budget of each organisation; ``related`` how many relations
    its roles may use in all; ``finds`` whether it may search for people whom nobody there follows; ``pooled``
    whether it still charges an offspring pool.
    """

    readable: tuple[Readable, ...]
    shares: Mapping[OrganisationId, int]
    related: int
    finds: bool
    pooled: bool
    confirmed: bool


class Exposure(NamedTuple):
    """People within reach in each span.

    ``direct`` by the account itself; ``through`` by the unconfirmed accounts it brought into being; ``potential`` by
    those it could bring into being if two careless people accepted them too; ``unguarded`` if there were no guard.
    """

    direct: Spans
    through: Spans
    potential: Spans
    unguarded: Spans


def most(caps: Caps, hours: int) -> int:
    """Most distinct people that caps allow in any span of so many hours (1 to 144), whenever it starts.

    Such a span touches one clock hour more than it lasts, and one Paris day more than it fills. On the night of the
    spring change of hour, of 23 hours, a span of 24 hours can touch a third day.
    """
    days = -(-hours // 24) + 1
    return min(caps.hour * (hours + 1), caps.day * days, caps.week, caps.month)


@lru_cache(maxsize=1024)
def spans(caps: Caps) -> Spans:
    """:func:`most` for each of ``SPANS``."""
    hour, day, days = (most(caps, hours) for hours in SPANS)
    return hour, day, days


@lru_cache(maxsize=1024)
def _daily(people: int) -> Spans:
    return spans(Caps(people, people, 7 * people, 30 * people))


def share(law: OrganisationBudget, confirmed_agents: int) -> int:
    """People a day that one account may use of the budget of an organisation with so many confirmed agents."""
    day = max(law.floor, law.per_agent * confirmed_agents)
    return min(day, day * law.account_share // 100)


def finds(role: Role) -> bool:
    """Whether a role may search."""
    return role.kind is RoleKind.READER and any(Action.FIND in rule.actions for rule in role.rules.values())


def reads(role: Role, contained: int) -> bool:
    """Whether a role may read or find anything, the field groups ``contained`` (bits) being cut off."""
    if role.kind is not RoleKind.READER:
        return False
    return finds(role) or any(rule.actions & _READING and rule.read & ~contained for rule in role.rules.values())


def held(
    memberships: Iterable[tuple[OrganisationId, int, Role, Tally, Tally]], *, pooled: bool, confirmed: bool
) -> Holder:
    """A holder from the memberships that read: organisation, share, role, all its relations, the account's own.

    ``confirmed`` says whether any of them is: then the ordinary budgets apply there, and are counted everywhere.

    A person whose relation is young draws on the newcomer budget now and on the ordinary one within the span, and
    counts in both. A person with relations of several kinds counts once for each. Both can only show more. Opening
    by break-glass adds nobody: it takes somebody found by a search the same day, who is counted.
    """
    # By organisation, kind, own or not, and age, so that two roles that share a budget count nobody twice.
    drawn: dict[tuple[OrganisationId, Bucket], dict[tuple[Relation, bool, bool], int]] = {}
    usable: dict[tuple[OrganisationId, Relation, bool], int] = {}
    shares: dict[OrganisationId, int] = {}
    searching: set[OrganisationId] = set()
    for organisation, daily, role, every, own in memberships:
        shares[organisation] = daily
        if finds(role):
            searching.add(organisation)
        for kind, total in every.items():
            mine = own.get(kind, _NONE)
            others = Count(max(0, total.settled - mine.settled), max(0, total.young - mine.young))
            for is_own, count in ((True, mine), (False, others)):
                bucket = role.buckets.get(Relation.REFERENT) if is_own else None
                if bucket is None:
                    bucket = role.buckets.get(kind)
                if bucket is None:
                    continue
                usable[organisation, kind, is_own] = count.settled + count.young
                at = drawn.setdefault((organisation, bucket), {})
                at[kind, is_own, False] = count.settled
                at[kind, is_own, True] = count.young
                if role.newcomer is not None:
                    drawn.setdefault((organisation, role.newcomer), {})[kind, is_own, True] = count.young
    people = {place: sum(counts.values()) for place, counts in drawn.items()}
    for organisation in searching:
        people[organisation, SEARCH] = EVERYBODY
    readable = tuple(Readable(*place, count) for place, count in people.items() if count)
    return Holder(readable, shares, sum(usable.values()), bool(searching), pooled, confirmed)


def direct(holder: Holder, policy: Policy) -> Spans:
    """People the account itself reads in each span: what its relations give, and what its budgets can pay for.

    One budget of the account serves all its memberships; what the organisation counts is held to the account's
    share of each organisation; all of it to the pool while the account is not confirmed. A budget that the policy
    does not know pays for nobody. The applications and the population are the caller's: :func:`capped`.
    """
    counted: dict[Bucket, dict[OrganisationId, int]] = {}
    free: dict[Bucket, int] = {}
    for organisation, bucket, people in holder.readable:
        if bucket in policy.organisation.counts:
            counted.setdefault(bucket, {})[organisation] = people
        else:
            free[bucket] = free.get(bucket, 0) + people
    none = Caps(0, 0, 0, 0)
    budgets = policy.buckets if holder.confirmed else policy.probation_buckets
    found = []
    for place, _ in enumerate(SPANS):
        caps = {bucket: spans(budgets.get(bucket, none))[place] for bucket in (*counted, *free)}
        shares = {organisation: _daily(people)[place] for organisation, people in holder.shares.items()}
        people = sum(min(count, caps[bucket]) for bucket, count in free.items())
        people += _split([(caps[bucket], at) for bucket, at in counted.items()], shares)
        searched = spans(budgets.get(SEARCH, none))[place] if holder.finds else 0
        people = min(people, holder.related + searched)
        if holder.pooled:
            people = min(people, spans(policy.pool)[place])
        found.append(people)
    hour, day, days = found
    return hour, day, days


def _split(budgets: Sequence[tuple[int, Mapping[OrganisationId, int]]], shares: Mapping[OrganisationId, int]) -> int:
    """Most people that budgets, each with its people by organisation, pay for under the shares of organisations.

    The largest flow from budgets to organisations, by the smallest cut: some organisations are held to their share,
    and at the others each budget to its cap or to its people. Any cut bounds it; beyond ``_EXACT`` organisations
    only the two simplest are tried.
    """
    places = tuple(shares)
    sizes = range(len(places) + 1) if len(places) <= _EXACT else (0, len(places))
    least = None
    for size in sizes:
        for cut in combinations(places, size):
            people = sum(shares[place] for place in cut)
            for cap, at in budgets:
                people += min(cap, sum(count for place, count in at.items() if place not in cut))
            least = people if least is None else min(least, people)
    return least or 0


def capped(people: Spans, *ceilings: Spans) -> Spans:
    """The least of all, span by span."""
    hour, day, days = people
    for ceiling in ceilings:
        hour, day, days = min(hour, ceiling[0]), min(day, ceiling[1]), min(days, ceiling[2])
    return hour, day, days


def together(people: Iterable[Spans]) -> Spans:
    """The sum, span by span."""
    hour = day = days = 0
    for one in people:
        hour, day, days = hour + one[0], day + one[1], days + one[2]
    return hour, day, days
