from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from beffroi.core import budgets
from beffroi.core.budgets import DAYS, EMPTY, Caps, Scope, Window, at, charge, exceeds, exhausted, mark, purse, spent
from beffroi.core.ids import Bucket

CAPS = Caps(2, 3, 5, 7)


class OneBudget(RuleBasedStateMachine):
    """I-02 on one window: people are opened over weeks; the sets of who was opened when are the truth."""

    def __init__(self) -> None:
        super().__init__()
        self.window: Window = EMPTY
        self.day = 700_000
        self.hour = 400_000
        self.opened: dict[str, list[tuple[int, int]]] = {}

    @rule(days=st.sampled_from([0, 0, 1, 1, 2, 6, 7, 29, 30, 45]), hours=st.integers(0, 3))
    def time_passes(self, days: int, hours: int) -> None:
        self.day += days
        self.hour += 24 * days + hours

    @rule()
    def clock_is_read_behind(self) -> None:
        assert at(at(self.window, self.day, self.hour), self.day - 1, self.hour - 1) == at(
            self.window, self.day, self.hour
        )

    @rule(person=st.sampled_from("abcdefghij"))
    def person_is_opened(self, person: str) -> None:
        before = self.opened.get(person, [])
        last_day = before[-1][0] if before else None
        if last_day == self.day:
            return
        paid = charge(at(self.window, self.day, self.hour), last_day)
        if exceeds(paid, CAPS) is None:
            self.window = paid
            self.opened.setdefault(person, []).append((self.day, self.hour))

    def _distinct(self, days: int) -> int:
        return sum(any(self.day - days < day <= self.day for day, _ in openings) for openings in self.opened.values())

    @invariant()
    def i02_counts_are_the_sizes_of_the_sets_and_never_over_a_cap(self) -> None:
        seen = spent(at(self.window, self.day, self.hour))
        in_hour = sum((self.day, self.hour) in openings for openings in self.opened.values())
        assert seen == (in_hour, self._distinct(1), self._distinct(7), self._distinct(30))
        assert all(count <= cap for count, cap in zip(seen, CAPS, strict=True))


test_i02_one_budget_any_openings_over_weeks_counts_distinct_people_exactly = OneBudget.TestCase
test_i02_one_budget_any_openings_over_weeks_counts_distinct_people_exactly.settings = settings(
    max_examples=100, stateful_step_count=60, deadline=None
)


def test_window_person_of_a_day_it_forgot_counts_as_new() -> None:
    window = at(charge(at(EMPTY, 100, 1), None), 140, 1000)
    assert spent(window).month == 0
    assert spent(charge(window, 100)).month == 1


def test_window_last_day_ahead_of_the_clock_counts_as_new() -> None:
    window = charge(at(EMPTY, 100, 1), None)
    assert spent(charge(window, 101)).day == 2


def test_exceeds_each_span_at_its_cap_holds_and_one_over_is_named() -> None:
    assert exceeds(budgets.window(1, 2, 1, (3, 2, 0, 0, 0, 0, 0, 2) + (0,) * 22), CAPS) is None
    assert exceeds(budgets.window(1, 3, 1, (3, 2, 0, 0, 0, 0, 0, 2) + (0,) * 22), CAPS) == "hour"
    assert exceeds(budgets.window(1, 2, 1, (4, 1, 0, 0, 0, 0, 0, 2) + (0,) * 22), CAPS) == "day"
    assert exceeds(budgets.window(1, 2, 1, (3, 3, 0, 0, 0, 0, 0, 1) + (0,) * 22), CAPS) == "week"
    assert exceeds(budgets.window(1, 2, 1, (3, 2, 0, 0, 0, 0, 0, 3) + (0,) * 22), CAPS) == "month"


def test_mark_each_budget_has_its_own_and_fits_a_signed_64_bit_column() -> None:
    purses = [purse(kind, "x", Bucket(bucket)) for kind in ("account", "pool") for bucket in ("all", "search")]
    assert len({one.mark for one in purses}) == 4
    assert all(one.key == one.scope.key and one.mark == mark(one.key) for one in purses)
    assert all(-(2**63) <= one.mark < 2**63 for one in purses)
    assert Scope("account", "x", Bucket("all")).key == "account/x/all"


@given(
    recent=st.lists(st.integers(0, 40), min_size=DAYS, max_size=DAYS),
    caps=st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 200), st.integers(0, 600)),
    days=st.integers(0, 60),
)
def test_exhausted_window_passes_no_cap_it_held_and_has_room_for_nobody_today(
    recent: list[int], caps: tuple[int, int, int, int], days: int
) -> None:
    limits = Caps(*caps)
    window = budgets.window(10, 0, 100, tuple(recent))
    full = exhausted(window, limits, days)
    assert all(after >= before for after, before in zip(full.recent, recent, strict=True))
    if exceeds(window, limits) is None:
        assert exceeds(full, limits) is None
    assert exceeds(charge(full, None), limits) is not None


def test_exhausted_window_fills_the_latest_days_first() -> None:
    full = exhausted(budgets.window(10, 0, 100, EMPTY.recent), Caps(5, 20, 50, 55), 4)
    assert full.recent[:6] == (20, 20, 10, 0, 0, 0)
    assert full.in_hour == 5


STEPS = st.one_of(
    st.tuples(st.just("at"), st.integers(-2, 40), st.integers(-3, 60)),
    st.tuples(st.just("charge"), st.none() | st.integers(-2, 40)),
    st.tuples(st.just("exhausted"), st.tuples(*[st.integers(0, 60)] * 4), st.integers(0, 40)),
)


@given(st.lists(st.integers(0, 9), min_size=DAYS, max_size=DAYS), st.lists(STEPS, max_size=30))
def test_i02_window_after_any_steps_keeps_the_sums_of_its_days(recent: list[int], steps: list[Any]) -> None:
    seen = budgets.window(1_000, 3, 100, tuple(recent))
    for step, first, *rest in steps:
        if step == "at":
            seen = at(seen, seen.day + first, seen.hour + rest[0])
        elif step == "charge":
            seen = charge(seen, None if first is None else seen.day - first)
        else:
            seen = exhausted(seen, Caps(*first), rest[0])
        assert budgets.window(*seen[:4]) == seen
        assert len(seen.recent) == DAYS
        assert min(seen.recent) >= 0
