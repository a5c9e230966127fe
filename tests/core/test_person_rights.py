"""Delays and states of what people ask: the law alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.person_rights import (
    EXTENSIONS,
    MOVES,
    OLDEST,
    REASONS,
    SENTENCES,
    Objection,
    Standing,
    State,
    may_extend,
    may_move,
    may_receive,
    months_after,
)

TODAY = date(2026, 11, 28)
days = st.dates(date(2000, 1, 1), date(2200, 1, 1))
standings = st.builds(Standing, days, st.sampled_from(State), st.none() | st.sampled_from(sorted(EXTENSIONS)))


@pytest.mark.parametrize(
    ("received_on", "months", "due_on"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 28), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_month_ends_on_the_day_of_the_same_number_or_the_last(received_on: date, months: int, due_on: date) -> None:
    assert months_after(received_on, months) == due_on


@given(days, st.integers(1, 3))
def test_delay_is_never_longer_than_its_months_and_never_two_days_shorter_than_the_shortest(
    day: date, months: int
) -> None:
    after = months_after(day, months)
    assert 28 * months <= (after - day).days <= 31 * months
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == months


@given(standings, st.sampled_from(State), st.none() | st.sampled_from([*sorted(REASONS), "because"]))
def test_request_goes_on_only_as_the_table_says_and_a_refusal_alone_has_a_reason(
    standing: Standing, to: State, reason: str | None
) -> None:
    way = may_move(standing, to, reason)
    allowed = to in MOVES[standing.state] and ((reason in REASONS) if to is State.REFUSED else reason is None)
    assert (way is None) == allowed


def test_request_is_answered_only_after_its_identity_was_checked_and_what_is_closed_stays_closed() -> None:
    seen, reachable = {State.RECEIVED}, [State.RECEIVED]
    while reachable:
        for after in MOVES[reachable.pop()] - {State.IDENTIFIED} - seen:
            seen.add(after)
            reachable.append(after)
    assert State.ANSWERED not in seen
    assert not MOVES[State.ANSWERED] | MOVES[State.REFUSED]


@given(standings, st.integers(-400, 400))
def test_request_is_late_the_day_after_its_last_and_never_once_closed(standing: Standing, shift: int) -> None:
    today = standing.due_on + timedelta(days=shift)
    assert standing.is_late(today) == (shift > 0 and bool(MOVES[standing.state]))


def test_delay_is_extended_once_within_the_first_month_for_a_reason_of_the_list() -> None:
    fresh = Standing(TODAY, State.IN_PROGRESS, None)
    assert may_extend(fresh, "complex", TODAY) is None
    assert may_extend(fresh, "complex", fresh.due_on) is None
    assert may_extend(fresh, "complex", fresh.due_on + timedelta(days=1)) is Objection.EXTENDED
    assert may_extend(fresh._replace(extended="complex"), "complex", TODAY) is Objection.EXTENDED
    assert may_extend(fresh, "holidays", TODAY) is Objection.REASON
    assert may_extend(fresh._replace(state=State.ANSWERED), "complex", TODAY) is Objection.MOVE
    assert fresh._replace(extended="complex").due_on == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("ago", "way"), [(0, None), (OLDEST, None), (-1, Objection.DATE), (OLDEST + 1, Objection.DATE)]
)
def test_request_was_received_today_or_in_the_last_year(ago: int, way: Objection | None) -> None:
    assert may_receive(TODAY - timedelta(days=ago), TODAY) is way


def test_every_objection_has_its_sentence() -> None:
    assert SENTENCES.keys() == set(Objection)
