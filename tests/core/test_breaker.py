"""The breaker of an application: properties over generated histories, and the figures of the design."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import policy_file
from beffroi.core.breaker import HOURS, WEEKS, Breaker, UsedDay, caps, counted, merged
from beffroi.core.budgets import Caps

LAW = policy_file.load_default().application
NEW = LAW.newcomer
WIDE = Caps(100_000, 1_000_000, 5_000_000, 20_000_000)
TODAY = date(2026, 11, 25).toordinal()  # a Wednesday
OLD = TODAY - 400
counts = st.integers(0, 2_000_000)
some_caps = st.builds(Caps, counts, counts, counts, counts)
days = st.builds(
    UsedDay,
    st.integers(TODAY - 90, TODAY + 1),
    counts.map(lambda busy: tuple(busy * place % 2_000_003 for place in range(HOURS))),
    counts,
    counts,
    counts,
)
histories = st.lists(days, max_size=12)
breakers = st.builds(Breaker, st.integers(TODAY - 100, TODAY), some_caps, some_caps, st.booleans())
hours = st.integers(0, 23)


def day(ordinal: int, people: int, *, at: int = 9, in_hour: int = 0, week: int = 0, month: int = 0) -> UsedDay:
    spent = [0] * HOURS
    spent[at] = in_hour
    return UsedDay(ordinal, tuple(spent), people, week, month)


def test_i02_breaker_counts_eight_whole_weeks_and_not_the_present_one() -> None:
    span = counted(TODAY)
    assert date.fromordinal(span[-1]) == date(2026, 11, 22)  # the Sunday before
    assert date.fromordinal(span[0]) == date(2026, 9, 28)  # a Monday
    assert len(span) == 7 * WEEKS
    assert counted(date(2026, 11, 23).toordinal()) == span == counted(date(2026, 11, 29).toordinal())
    assert counted(date(2026, 11, 30).toordinal()) != span


@given(breakers, histories, hours, some_caps)
def test_i02_breaker_any_history_stays_under_the_ceiling(
    breaker: Breaker, used: list[UsedDay], hour: int, present: Caps
) -> None:
    found = caps(breaker, used, TODAY, hour, LAW, present)
    assert all(cap <= top for cap, top in zip(found, breaker.ceiling, strict=True))


@given(breakers, histories, hours, some_caps)
def test_i02_breaker_frozen_by_an_alert_never_rises(
    breaker: Breaker, used: list[UsedDay], hour: int, present: Caps
) -> None:
    found = caps(breaker._replace(frozen=True), used, TODAY, hour, LAW, present)
    assert all(cap <= before for cap, before in zip(found, present, strict=True))


@given(histories, hours, st.lists(days.filter(lambda one: one.day not in counted(TODAY)), max_size=5))
def test_i02_breaker_use_of_the_present_week_or_of_long_ago_changes_nothing(
    used: list[UsedDay], hour: int, outside: list[UsedDay]
) -> None:
    breaker = Breaker(OLD, NEW, WIDE, frozen=False)
    assert caps(breaker, used, TODAY, hour, LAW, NEW) == caps(breaker, [*outside, *used], TODAY, hour, LAW, NEW)


@given(histories, hours)
def test_i02_breaker_caps_are_the_designs_figures_of_the_busiest_day_and_hour(used: list[UsedDay], hour: int) -> None:
    found = caps(Breaker(OLD, NEW, Caps(*[2_000_000_000] * 4), frozen=False), used, TODAY, hour, LAW, NEW)
    seen = [one for one in used if one.day in counted(TODAY)]
    busiest = max((one.people for one in seen), default=0)
    same_hour = max((one.hours[hour] for one in seen), default=0)
    assert found.day - 1 < max(NEW.day, 1.3 * busiest) <= found.day
    assert found.hour == max(NEW.hour, 2 * same_hour)


def test_i02_breaker_intruder_fills_the_cap_every_day_and_gains_a_third_a_week() -> None:
    breaker, used, present = Breaker(OLD, NEW, WIDE, frozen=False), [], NEW
    for ordinal in range(TODAY, TODAY + 28):
        present = caps(breaker, used, ordinal, 9, LAW, present)
        used.append(day(ordinal, present.day))
    assert NEW.day * 1.3**3 < present.day <= NEW.day * 1.3**4 + 4
    unbounded = NEW.day * 1.3**27
    assert present.day < unbounded / 100


def test_breaker_new_application_starts_with_its_first_caps_and_an_old_idle_one_falls_to_a_newcomers() -> None:
    first = Caps(5_000, 20_000, 80_000, 200_000)
    young, known = Breaker(TODAY - 55, first, WIDE, frozen=False), Breaker(TODAY - 56, first, WIDE, frozen=False)
    assert caps(young, [], TODAY, 9, LAW, first) == first
    assert caps(known, [], TODAY, 9, LAW, first) == NEW


def test_breaker_hour_cap_is_that_of_the_same_hour() -> None:
    used = [day(TODAY - 10, 5_000, at=9, in_hour=900)]
    breaker = Breaker(OLD, NEW, WIDE, frozen=False)
    assert caps(breaker, used, TODAY, 9, LAW, NEW).hour == 1_800
    assert caps(breaker, used, TODAY, 3, LAW, NEW).hour == NEW.hour


@given(days, days)
def test_breaker_two_observations_of_a_day_merge_in_any_order(one: UsedDay, other: UsedDay) -> None:
    other = other._replace(day=one.day)
    assert merged(one, other) == merged(other, one) == merged(merged(one, other), other)
    assert merged(None, one) == one
