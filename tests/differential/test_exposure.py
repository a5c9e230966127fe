"""The network of exposures against its oracle: after any sequence of changes, every figure of every account."""

from collections import Counter
from datetime import timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core.budgets import Caps
from beffroi.core.exposure import Count, most
from beffroi.core.exposure_network import Employed, Network, Related, Shared, tally
from beffroi.core.facts import AccountFacts, ApplicationFacts, Containment, HabilitationFacts, OrganisationFacts
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId, RoleCode
from beffroi.core.line import Lines, Origin
from beffroi.core.policy import Relation
from spec.exposure import Tie, World, exposure, line
from tests.core.worlds import NOW, TIGHT

ACCOUNTS: Final = [AccountId(f"account-{number}") for number in range(7)]
OFFICES: Final = [OrganisationId(f"office-{number}") for number in range(3)]
NOBODY_CUT: Final = Containment(False, frozenset(), 0)
INSTANTS: Final = st.sampled_from([NOW - timedelta(hours=1), NOW + timedelta(hours=2), NOW + timedelta(days=300)])
MAYBE_ACCOUNT: Final = st.none() | st.sampled_from(ACCOUNTS)

OFFICE: Final = st.builds(
    OrganisationFacts,
    st.sampled_from(OFFICES),
    st.sampled_from(["youth-office", "youth-office", "training-organisation", "network"]),
    st.sampled_from([True, True, True, False]),
    INSTANTS,
    st.integers(0, 6),
)
TIE: Final = st.builds(
    Tie,
    st.sampled_from(OFFICES),
    st.sampled_from([kind for kind in Relation if kind is not Relation.REFERENT]),
    MAYBE_ACCOUNT,
    st.sampled_from([400, 400, 8, 7, 3, 0, -2, -4]).map(lambda days: NOW - timedelta(days=days)),
)
ROLES: Final = ["adviser", "adviser", "receptionist", "training-staff", "quality-officer", "account-manager",
                "data-protection-correspondent", "approver", "security-officer", "founder", "unknown"]  # fmt: skip


@st.composite
def employed(draw: st.DrawFn) -> Employed:
    id_ = draw(st.sampled_from(ACCOUNTS))
    facts = AccountFacts(
        id_, draw(st.sampled_from([True, True, True, False])), draw(INSTANTS), draw(INSTANTS),
        tuple(draw(st.lists(st.sampled_from(ACCOUNTS), max_size=2, unique=True))), (), (),
    )  # fmt: skip
    held = [
        HabilitationFacts(
            HabilitationId(f"{id_}/{number}"), id_, draw(st.sampled_from(OFFICES)),
            RoleCode(draw(st.sampled_from(ROLES))),
            draw(st.sampled_from(["confirmed", "confirmed", "probation", "suspended"])),
            draw(st.sampled_from([NOW - timedelta(days=1), NOW + timedelta(days=2), NOW + timedelta(days=4)])),
            draw(INSTANTS),
            (),
        )
        for number in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    also = draw(st.frozensets(st.sampled_from(ACCOUNTS), max_size=2)) - {id_}
    return Employed(facts, Origin(draw(MAYBE_ACCOUNT), draw(MAYBE_ACCOUNT), also), tuple(held))


SHARED: Final = st.builds(
    Shared,
    st.sampled_from([NOW, NOW, NOW + timedelta(hours=3), NOW + timedelta(days=2)]),
    st.builds(
        Containment,
        st.sampled_from([False, False, False, True]),
        st.frozensets(
            st.tuples(st.just("account"), st.sampled_from(ACCOUNTS))
            | st.tuples(st.just("organisation"), st.sampled_from(OFFICES))
            | st.tuples(st.just("files"), st.sampled_from([*OFFICES, "youth-office", "training-organisation"]))
            | st.tuples(st.just("application"), st.just("cases")),
            max_size=2,
        ),
        st.sampled_from([0, 0, 1, 255]),
    ),
    st.lists(
        st.builds(
            ApplicationFacts,
            st.sampled_from([ApplicationId("cases"), ApplicationId("trainings")]),
            st.sampled_from([True, True, False]),
            st.sampled_from([Caps(9, 9, 9, 9), Caps(50, 90, 90, 90)]),
        ),
        max_size=2,
        unique_by=lambda one: one.id,
    ).map(tuple),
    st.integers(0, 30),
)


def counted(ties: list[Tie], office: OrganisationId, shared: Shared) -> Related:
    """What the guard's SQL counts."""
    counts: Counter[tuple[Relation, AccountId | None, bool]] = Counter()
    for tie in ties:
        if tie.organisation == office and tie.since_at <= shared.now + timedelta(hours=72):
            counts[tie.kind, tie.referent, tie.since_at > shared.now - TIGHT.newcomer_life] += 1
    return tally(
        (kind, referent, Count(0, count) if young else Count(count, 0))
        for (kind, referent, young), count in counts.items()
    )


def check(network: Network, world: World) -> None:
    lines = Lines({one.account.id: one.origin for one in world.employed}, ())
    known = [one.account.id for one in world.employed]
    figures = {one: exposure(world, one) for one in known}
    people = {one: found.direct[1] + found.potential[1] for one, found in figures.items()}
    assert network.ranked() == tuple(sorted(known, key=lambda one: (-people[one], one)))
    assert set(network.ranked(3)) == {one for one in known if people[one] >= 3}
    for account in [*ACCOUNTS, AccountId("nobody")]:
        found = network.exposure(account)
        assert found == exposure(world, account)
        assert network.line(account) == line(world, account)
        assert network.makers(account) <= lines.makers(account)
        for direct, through, potential, unguarded in zip(*found, strict=True):
            assert 0 <= direct <= unguarded
            assert 0 <= through <= potential <= unguarded
        for hours, through, potential in zip((1, 24, 72), found.through, found.potential, strict=True):
            assert max(through, potential) <= most(world.policy.pool, hours)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_exposure_any_sequence_of_changes_leaves_every_figure_as_the_oracle_finds_it(data: st.DataObject) -> None:
    shared = data.draw(SHARED)
    offices = {one.id: one for one in data.draw(st.lists(OFFICE, max_size=4))}
    people = {one.account.id: one for one in data.draw(st.lists(employed(), max_size=7))}
    ties = data.draw(st.lists(TIE, max_size=25))
    network = Network(TIGHT, shared)
    for office in offices.values():
        network.put_organisation(office)
    for one in people.values():
        network.put(one)
    for office_id in OFFICES:
        network.put_relations(office_id, counted(ties, office_id, shared))
    for _ in range(data.draw(st.integers(1, 5))):
        check(network, World(TIGHT, shared, list(offices.values()), list(people.values()), ties))
        match data.draw(st.integers(0, 4)):
            case 0:
                one = data.draw(employed())
                people[one.account.id] = one
                network.put(one)
            case 1:
                office = data.draw(OFFICE)
                offices[office.id] = office
                network.put_organisation(office)
            case 2:
                ties = data.draw(st.lists(TIE, max_size=25))
            case 3:
                shared = data.draw(SHARED)
                network.share(shared)
            case _:
                gone = data.draw(st.sampled_from(ACCOUNTS))
                people.pop(gone, None)
                network.remove(gone)
        for office_id in OFFICES:
            network.put_relations(office_id, counted(ties, office_id, shared))
    check(network, World(TIGHT, shared, list(offices.values()), list(people.values()), ties))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_exposure_network_judged_a_few_accounts_at_a_time_shows_the_same(data: st.DataObject) -> None:
    people = data.draw(st.lists(employed(), max_size=7, unique_by=lambda one: one.account.id))
    offices = data.draw(st.lists(OFFICE, max_size=3, unique_by=lambda one: one.id))
    shared = data.draw(SHARED)
    network = Network(TIGHT, shared)
    for office in offices:
        network.put_organisation(office)
    for one in people:
        network.put(one)
    while network.settle(1):
        pass
    check(network, World(TIGHT, shared, offices, people, []))
