"""A machine suspends so many and no more: whatever it is told, whenever, an office and the network stay open."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.machine_limit import DAY, HOUR, MachineLimit, allowance, machine_may_suspend

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)
LIMIT = MachineLimit(percent=5, least=2, hourly=20)
LIMITS = st.builds(MachineLimit, st.integers(1, 100), st.integers(1, 10), st.integers(1, 40))


@pytest.mark.parametrize(
    ("accounts", "allowed"), [(-1, 2), (0, 2), (3, 2), (40, 2), (41, 3), (100, 5), (101, 6), (15_000, 750)]
)
def test_machine_is_allowed_five_percent_rounded_up_and_two_at_least(accounts: int, allowed: int) -> None:
    assert allowance(LIMIT, accounts) == allowed


def test_machine_at_either_limit_waits_where_one_fewer_does_not() -> None:
    assert machine_may_suspend(LIMIT, accounts=100, today=4, this_hour=19)
    assert not machine_may_suspend(LIMIT, accounts=100, today=5, this_hour=19)
    assert not machine_may_suspend(LIMIT, accounts=100, today=4, this_hour=20)


@given(
    LIMITS,
    st.lists(st.integers(1, 300), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7_200)), max_size=120),
)
def test_machine_any_history_of_wishes_never_passes_the_limit_in_any_span(
    limit: MachineLimit, offices: list[int], wishes: list[tuple[int, int]]
) -> None:
    """Every wish is granted or not by the law alone; then every window of a day and of an hour is counted anew."""
    at, done = BEGIN, list[tuple[datetime, int]]()
    for office, pause in wishes:
        at, office = at + timedelta(seconds=pause), office % len(offices)
        today = sum(1 for when, where in done if where == office and at - when < DAY)
        this_hour = sum(1 for when, _ in done if at - when < HOUR)
        if machine_may_suspend(limit, accounts=offices[office], today=today, this_hour=this_hour):
            done.append((at, office))
    for end, office in done:
        day = [1 for when, where in done if where == office and timedelta() <= end - when < DAY]
        assert len(day) <= allowance(limit, offices[office])
        assert sum(1 for when, _ in done if timedelta() <= end - when < HOUR) <= limit.hourly
