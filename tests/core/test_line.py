from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.ids import AccountId
from beffroi.core.line import ENOUGH_APPROVERS, Approval, Lines, Objection, Origin, agreeing

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FOUNDER, MANAGER, SON, GRANDSON, APPROVER, OTHER, STRANGER = (
    AccountId(name) for name in ("founder", "manager", "son", "grandson", "approver", "other", "stranger")
)
ORIGINS = {
    FOUNDER: Origin(None, None),
    MANAGER: Origin(FOUNDER, FOUNDER),
    APPROVER: Origin(FOUNDER, FOUNDER),
    OTHER: Origin(FOUNDER, FOUNDER),
    STRANGER: Origin(FOUNDER, FOUNDER),
    SON: Origin(MANAGER, APPROVER),
    GRANDSON: Origin(SON, OTHER),
}
LINES = Lines(ORIGINS, {FOUNDER})

NAMES = [AccountId(f"a{number}") for number in range(6)]
NETWORKS = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(Origin, st.none() | st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES)),
)


def _closure(origins: dict[AccountId, Origin], start: AccountId) -> set[AccountId]:
    """The line by repeated passes downwards, as the design words it."""
    line = {start}
    while True:
        more = {one for one, origin in origins.items() if set(origin) & line} - line
        if not more:
            return line
        line |= more


@given(NETWORKS, st.sampled_from(NAMES))
def test_i07_line_any_network_even_with_cycles_is_the_transitive_closure(
    origins: dict[AccountId, Origin], start: AccountId
) -> None:
    assert Lines(origins, ()).line(start) == _closure(origins, start)


@given(NETWORKS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_i04_outside_any_network_is_symmetric_and_never_true_within_a_line(
    origins: dict[AccountId, Origin], one: AccountId, other: AccountId
) -> None:
    lines = Lines(origins, ())
    assert lines.outside(one, other) == lines.outside(other, one)
    assert lines.outside(one, other) == (other not in _closure(origins, one) and one not in _closure(origins, other))


def test_i04_approver_outside_the_line_may_approve_and_one_inside_may_not() -> None:
    assert LINES.objection(STRANGER, MANAGER, None, (), NOW) is None
    assert LINES.objection(SON, MANAGER, None, (), NOW) is Objection.WITHIN_LINE
    assert LINES.objection(MANAGER, GRANDSON, None, (), NOW) is Objection.WITHIN_LINE
    assert LINES.objection(APPROVER, GRANDSON, None, (), NOW) is Objection.WITHIN_LINE


def test_i04_requester_beneficiary_and_approver_are_three_people() -> None:
    assert LINES.objection(STRANGER, MANAGER, OTHER, (), NOW) is None
    assert LINES.objection(MANAGER, MANAGER, OTHER, (), NOW) is Objection.SAME_PERSON
    assert LINES.objection(STRANGER, MANAGER, STRANGER, (), NOW) is Objection.SAME_PERSON
    assert LINES.objection(STRANGER, MANAGER, MANAGER, (), NOW) is Objection.SAME_PERSON


def test_i04_approver_whose_own_request_the_requester_approved_within_180_days_may_not_return_it() -> None:
    def returned(days: int) -> Objection | None:
        past = Approval(STRANGER, MANAGER, NOW - timedelta(days=days))
        return LINES.objection(STRANGER, MANAGER, None, [past], NOW)

    assert returned(179) is Objection.RECIPROCAL
    assert returned(180) is None
    same_way = Approval(MANAGER, STRANGER, NOW)
    assert LINES.objection(STRANGER, MANAGER, None, [same_way], NOW) is None


def test_i04_manager_whose_only_approvers_are_his_own_people_has_too_few() -> None:
    assert len(LINES.eligible([STRANGER, OTHER, SON], MANAGER, None, [], NOW)) == 2 == ENOUGH_APPROVERS
    assert LINES.eligible([STRANGER, SON, GRANDSON], MANAGER, None, [], NOW) == {STRANGER}


def test_i04_two_who_would_agree_together_owe_each_other_nothing_whichever_is_named_first() -> None:
    def bond(*past: Approval) -> set[Objection | None]:
        return {LINES.bond(one, other, past, NOW) for one, other in ((STRANGER, OTHER), (OTHER, STRANGER))}

    assert bond() == {None}
    assert bond(Approval(STRANGER, OTHER, NOW - timedelta(days=179))) == {Objection.RECIPROCAL}
    assert bond(Approval(OTHER, STRANGER, NOW - timedelta(days=180))) == {None}
    assert LINES.bond(SON, MANAGER, (), NOW) is LINES.bond(MANAGER, SON, (), NOW) is Objection.WITHIN_LINE
    assert LINES.bond(SON, SON, (), NOW) is Objection.SAME_PERSON


TIES = st.frozensets(st.frozensets(st.sampled_from(NAMES), min_size=2, max_size=2))


@given(st.frozensets(st.sampled_from(NAMES)), st.integers(1, 4), TIES)
def test_i04_whoever_counts_could_be_one_of_as_many_untied_people_as_it_takes(
    people: frozenset[AccountId], needed: int, ties: frozenset[frozenset[AccountId]]
) -> None:
    found = agreeing(people, needed, lambda one, other: frozenset({one, other}) in ties)
    groups = [
        group
        for group in combinations(sorted(people), needed)
        if not any(frozenset(pair) in ties for pair in combinations(group, 2))
    ]
    assert found == {one for group in groups for one in group}


def test_founder_stands_in_no_line_but_his_own() -> None:
    assert LINES.outside(FOUNDER, STRANGER)
    assert not Lines(ORIGINS, ()).outside(FOUNDER, STRANGER)
    assert LINES.pools(MANAGER, {}) == ()
    assert Lines(ORIGINS, ()).pools(MANAGER, {}) == (FOUNDER,)
    assert LINES.line(FOUNDER) == {FOUNDER}


def test_i03_offspring_and_its_own_offspring_share_the_managers_pool() -> None:
    assert LINES.pools(SON, {}) == (MANAGER,)
    assert LINES.pools(GRANDSON, {}) == (MANAGER, SON)


def test_i03_offspring_confirmed_by_an_outsider_leaves_the_pool_and_by_an_insider_does_not() -> None:
    assert LINES.pools(SON, {SON: [STRANGER]}) == ()
    assert LINES.pools(SON, {SON: [GRANDSON]}) == (MANAGER,)
    assert LINES.pools(SON, {SON: [MANAGER]}) == (MANAGER,)
    assert LINES.pools(SON, {SON: [SON]}) == (MANAGER,)


def test_i03_offspring_whose_parent_was_confirmed_still_pays_until_it_is_confirmed_itself() -> None:
    assert LINES.pools(GRANDSON, {SON: [STRANGER]}) == (MANAGER, SON)
    assert LINES.pools(GRANDSON, {GRANDSON: [STRANGER]}) == ()


def test_i03_offspring_of_a_colleague_made_a_manager_share_the_pool_of_who_asked_for_it() -> None:
    """Whoever promotes two colleagues who were there has one pool, not three; they are nobody's offspring."""
    child, other, second = AccountId("child"), AccountId("other child"), AccountId("second")
    promoted = Origin(None, None, frozenset({MANAGER, APPROVER}), frozenset({MANAGER}))
    origins = {**ORIGINS, STRANGER: promoted, second: promoted, child: Origin(STRANGER, OTHER)}
    lines = Lines({**origins, other: Origin(second, OTHER)}, {FOUNDER})
    assert lines.pools(child, {}) == (MANAGER, STRANGER)
    assert lines.pools(other, {}) == (MANAGER, second)
    assert lines.pools(STRANGER, {}) == ()
    unpromoted = Lines({**origins, STRANGER: promoted._replace(promoted_by=frozenset())}, {FOUNDER})
    assert unpromoted.pools(child, {}) == (STRANGER,)
    assert lines.pools(child, {child: [OTHER]}) == (), "an outsider of both confirms"
    assert lines.pools(child, {child: [second]}) == (MANAGER,)


PROMOTIONS = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(
        Origin, st.none() | st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES), st.just(frozenset()),
        st.frozensets(st.sampled_from(NAMES), max_size=2),
    ),
)  # fmt: skip


@given(PROMOTIONS, st.sampled_from(NAMES))
def test_i03_offspring_charge_every_pool_that_their_requester_would_and_his_own_whatever_the_promotions(
    origins: dict[AccountId, Origin], requester: AccountId
) -> None:
    """Nobody escapes upwards: what a promoted manager asks for is also charged to who asked for his role, and to whom
    that one descends from."""
    child = AccountId("child")
    pools = set(Lines(origins, ()).adding(child, Origin(requester, None)).pools(child, {}))
    assert requester in pools
    for one in pools:
        origin = origins.get(one, Origin(None, None))
        assert {origin.requested_by, *origin.promoted_by} - {None} <= pools
