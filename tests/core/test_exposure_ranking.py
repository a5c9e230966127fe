"""Accounts kept in order against the same accounts sorted anew."""

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.exposure_ranking import Ranking
from beffroi.core.ids import AccountId

ACCOUNTS = st.integers(0, 60).map(lambda number: AccountId(f"account-{number:02}"))
CHANGES = st.dictionaries(ACCOUNTS, st.none() | st.integers(0, 4), max_size=20)


@given(st.lists(CHANGES, max_size=12), st.integers(0, 5))
def test_ranking_any_changes_few_or_many_leave_the_order_of_a_sort(
    changes: list[dict[AccountId, int | None]], least: int
) -> None:
    ranking, people = Ranking(), dict[AccountId, int]()
    for change in changes:
        ranking.change(change)
        for account, count in change.items():
            people.pop(account, None)
            if count is not None:
                people[account] = count
        ordered = sorted(people, key=lambda one: (-people[one], one))
        assert ranking.accounts() == tuple(ordered)
        assert ranking.accounts(least) == tuple(one for one in ordered if people[one] >= least)
