from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.budgets import EMPTY, Caps, at, charge, exceeds
from beffroi.core.exposure import EVERYBODY, SPANS, Count, Holder, Readable, direct, held, most, share
from beffroi.core.exposure_network import Employed, Network, Shared, tally
from beffroi.core.facts import AccountFacts, ApplicationFacts, Containment, HabilitationFacts, OrganisationFacts
from beffroi.core.ids import AccountId, ApplicationId, Bucket, HabilitationId, OrganisationId, RoleCode
from beffroi.core.line import Origin
from beffroi.core.policy import Policy, Relation
from tests.core.worlds import NOW, POLICY, clock_at

OFFICES: Final = [OrganisationId("north"), OrganisationId("south"), OrganisationId("east")]
PEOPLE: Final = st.integers(0, 2_000)
CAPS: Final = st.lists(st.integers(0, 500), min_size=4, max_size=4).map(lambda four: Caps(*sorted(four)))
POLICIES: Final = st.builds(
    lambda caps, pool: replace(POLICY, buckets=dict(zip(POLICY.buckets, caps, strict=True)), pool=pool),
    st.lists(CAPS, min_size=len(POLICY.buckets), max_size=len(POLICY.buckets)),
    CAPS,
)
HOLDERS: Final = st.builds(
    lambda readable, shares, related, finds, pooled, confirmed: Holder(
        tuple(Readable(*place, people) for place, people in readable.items()),
        shares,
        related,
        finds,
        pooled,
        confirmed,
    ),
    st.dictionaries(st.tuples(st.sampled_from(OFFICES), st.sampled_from(list(POLICY.buckets))), PEOPLE, max_size=5),
    st.fixed_dictionaries({office: st.integers(0, 100) for office in OFFICES}),
    PEOPLE,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
COUNTS: Final = st.dictionaries(
    st.sampled_from([kind for kind in Relation if kind is not Relation.REFERENT]),
    st.builds(Count, st.integers(0, 400), st.integers(0, 50)),
)
READERS: Final = st.sampled_from([role for role in POLICY.roles.values() if role.rules])
UNTIL: Final = NOW + timedelta(days=90)


@given(HOLDERS, POLICIES)
def test_exposure_any_account_reads_no_more_than_its_relations_and_its_searches_give(
    holder: Holder, policy: Policy
) -> None:
    for hours, people in zip(SPANS, direct(holder, policy), strict=True):
        searched = most(policy.buckets[Bucket("search")], hours) if holder.finds else 0
        assert 0 <= people <= holder.related + searched
        assert people <= sum(min(one.people, most(policy.buckets[one.bucket], hours)) for one in holder.readable)


@given(HOLDERS, POLICIES, st.integers(0, 3), st.integers(1, 50), st.data())
def test_exposure_raising_any_budget_or_adding_relations_never_lowers_it(
    holder: Holder, policy: Policy, which: int, more: int, data: st.DataObject
) -> None:
    def raised(caps: Caps) -> Caps:
        return Caps(*(cap + more for cap in caps))

    wider, law = holder, policy
    if which == 0:
        law = replace(policy, pool=raised(policy.pool))
    elif which == 1:
        bucket = data.draw(st.sampled_from(list(policy.buckets)))
        law = replace(policy, buckets={**policy.buckets, bucket: raised(policy.buckets[bucket])})
    elif which == 2:
        office = data.draw(st.sampled_from(OFFICES))
        wider = holder._replace(shares={**holder.shares, office: holder.shares[office] + more})
    elif holder.readable:
        index = data.draw(st.integers(0, len(holder.readable) - 1))
        changed = list(holder.readable)
        changed[index] = changed[index]._replace(people=changed[index].people + more)
        wider = holder._replace(readable=tuple(changed), related=holder.related + more)
    before, after = direct(holder, policy), direct(wider, law)
    assert all(one <= other for one, other in zip(before, after, strict=True))


@given(READERS, COUNTS, COUNTS, st.sampled_from(list(Relation)[1:]), st.booleans(), st.booleans())
def test_exposure_one_more_relation_of_any_kind_never_lowers_it(
    role: object, others: dict[Relation, Count], own: dict[Relation, Count], kind: Relation, young: bool, mine: bool
) -> None:
    def shown(others: dict[Relation, Count], own: dict[Relation, Count]) -> tuple[int, int, int]:
        every = {
            one: Count(*map(sum, zip(others.get(one, Count(0, 0)), own.get(one, Count(0, 0)), strict=True)))
            for one in others.keys() | own.keys()
        }
        return direct(held([(OFFICES[0], 100, role, every, own)], pooled=False, confirmed=True), POLICY)  # type: ignore[list-item]

    def grown(counts: dict[Relation, Count]) -> dict[Relation, Count]:
        settled, fresh = counts.get(kind, Count(0, 0))
        return {**counts, kind: Count(settled + (not young), fresh + young)}

    before = shown(others, own)
    after = shown(others, grown(own)) if mine else shown(grown(others), own)
    assert all(one <= other for one, other in zip(before, after, strict=True))


@given(HOLDERS, POLICIES)
def test_exposure_longer_span_never_shows_less(holder: Holder, policy: Policy) -> None:
    shown = direct(holder, policy)
    assert list(shown) == sorted(shown)


@given(HOLDERS, POLICIES)
def test_i03_exposure_account_still_in_a_pool_shows_no_more_than_the_pool(holder: Holder, policy: Policy) -> None:
    pooled, alone = direct(holder._replace(pooled=True), policy), direct(holder._replace(pooled=False), policy)
    for hours, inside, outside in zip(SPANS, pooled, alone, strict=True):
        assert inside == min(outside, most(policy.pool, hours))


@given(st.dictionaries(st.sampled_from(OFFICES), st.integers(0, 400), min_size=1), st.integers(0, 400))
def test_exposure_one_budget_serves_all_memberships_and_each_office_only_its_share(
    people: dict[OrganisationId, int], daily: int
) -> None:
    office = Bucket("office")
    holder = Holder(
        tuple(Readable(place, office, count) for place, count in people.items()),
        dict.fromkeys(people, daily), sum(people.values()), finds=False, pooled=False, confirmed=True,
    )  # fmt: skip
    shares = Caps(daily, daily, 7 * daily, 30 * daily)
    for hours, found in zip(SPANS, direct(holder, POLICY), strict=True):
        places = sum(min(count, most(shares, hours)) for count in people.values())
        assert found == min(places, most(POLICY.buckets[office], hours))


def network(*employed: Employed, office_kind: str = "youth-office", population: int = 1_600_000) -> Network:
    wide = ApplicationFacts(ApplicationId("cases"), True, Caps(10_000, 10_000, 50_000, 100_000))
    found = Network(POLICY, Shared(NOW, Containment(False, frozenset(), 0), (wide,), population))
    found.put_organisation(OrganisationFacts(OFFICES[0], office_kind, True, UNTIL, 5))
    for one in employed:
        found.put(one)
    return found


def somebody(name: str, role: str, requested_by: str | None = None, *, pooled: bool = False) -> Employed:
    id_, maker = AccountId(name), None if requested_by is None else AccountId(requested_by)
    facts = AccountFacts(id_, True, UNTIL, UNTIL, (maker,) if pooled and maker else (), (), ())
    from_at = NOW - timedelta(days=1)
    one = HabilitationFacts(HabilitationId(name), id_, OFFICES[0], RoleCode(role), "confirmed", from_at, UNTIL, ())
    return Employed(facts, Origin(maker, None), (one,))


def test_i05_exposure_account_manager_without_offspring_reads_nobody() -> None:
    manager = somebody("manager", "account-manager")
    alone = network(manager).exposure(AccountId("manager"))
    assert alone.direct == alone.through == alone.potential == (0, 0, 0)
    assert alone.unguarded == (1_600_000,) * 3
    approvers = [somebody(f"approver-{number}", "approver") for number in range(2)]
    with_approvers = network(manager, *approvers)
    shown = with_approvers.exposure(AccountId("manager"))
    assert (shown.direct, shown.through, shown.potential) == ((0, 0, 0), (0, 0, 0), (60, 60, 100))
    for number in range(2, 50):
        with_approvers.put(somebody(f"adviser-{number}", "adviser", "manager", pooled=True))
    shown = with_approvers.exposure(AccountId("manager"))
    assert (shown.direct, shown.through, shown.potential) == ((0, 0, 0), (60, 60, 100), (60, 60, 100))


def test_i04_exposure_account_manager_whose_approvers_stand_in_his_line_can_bring_nobody_into_being() -> None:
    inside = [somebody(f"approver-{number}", "approver", "manager") for number in range(2)]
    found = network(somebody("manager", "account-manager"), *inside)
    assert found.exposure(AccountId("manager")).potential == (0, 0, 0)
    found.put(somebody("approver-1", "approver"))
    assert found.exposure(AccountId("manager")).potential == (0, 0, 0)
    found.put(somebody("approver-0", "approver"))
    assert found.exposure(AccountId("manager")).potential == (60, 60, 100)


def test_i03_exposure_offspring_leaves_the_manager_s_figure_when_it_leaves_his_pool() -> None:
    found = network(somebody("manager", "account-manager"), somebody("adviser", "adviser", "manager", pooled=True))
    assert found.exposure(AccountId("manager")).through == (60, 60, 100)
    found.put(somebody("adviser", "adviser", "manager"))
    assert found.exposure(AccountId("manager")).through == (0, 0, 0)
    assert found.exposure(AccountId("adviser")).direct == (60, 100, 200)


def test_exposure_adviser_of_the_default_policy_in_a_day() -> None:
    found = network(somebody("adviser", "adviser"))
    adviser = AccountId("adviser")
    found.put_relations(
        OFFICES[0],
        tally([(Relation.FOLLOWED, adviser, Count(80, 0)), (Relation.FOLLOWED, None, Count(4_000, 10))]),
    )
    assert share(POLICY.organisation, 5) == 50
    assert found.exposure(adviser).direct == (180, 180, 280)
    assert found.exposure(adviser).unguarded == (1_600_000,) * 3


def test_exposure_search_reaches_people_whom_no_relation_gives() -> None:
    receptionist = network(somebody("reception", "receptionist")).exposure(AccountId("reception"))
    assert receptionist.direct == (60, 100, 200)
    assert most(POLICY.buckets[Bucket("search")], 1) == 60 < EVERYBODY
    assert network(somebody("quality", "quality-officer")).exposure(AccountId("quality")).direct == (0, 0, 0)


@given(CAPS, st.integers(0, 47), st.lists(st.integers(0, 3), max_size=80), st.sampled_from([1, 24, 72]))
def test_i02_most_any_rhythm_of_openings_in_any_span_stays_within_it(
    caps: Caps, offset: int, pauses: list[int], hours: int
) -> None:
    start = datetime(2026, 11, 18, tzinfo=UTC) + timedelta(hours=offset, minutes=30)
    caps = Caps(*(min(cap, 3 * number) for number, cap in enumerate(caps, 1)))
    window, now, opened = EMPTY, start, []
    for pause in pauses:
        now += timedelta(minutes=20 * pause)
        clock = clock_at(now)
        paid = charge(at(window, clock.day, clock.hour), None)
        if exceeds(paid, caps) is None:
            window = paid
            opened.append(now)
    for first in opened:
        assert sum(first <= one < first + timedelta(hours=hours) for one in opened) <= most(caps, hours)
