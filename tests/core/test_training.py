"""Trainees: words that agree with the prescription's states, calendars, half-days and what they add up to."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import prescribing, training
from beffroi.core.prescribing import Move, Side, State
from beffroi.core.training import Day, Half, Mark, Noted, Outcome, Say

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
NOTED = st.builds(Noted, DAYS, st.sampled_from(Half), st.sampled_from(Mark))
MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(("state", "say"), list(training.TABLE))
def test_word_said_of_a_trainee_is_a_move_of_the_training_organisation(state: State, say: Say) -> None:
    effect = training.TABLE[state, say]
    assert effect.move in prescribing.moves(state, Side.TRAINING)
    ended = {Move.END: {Outcome.COMPLETED, Outcome.PARTLY}, Move.LEAVE: {Outcome.LEFT}}
    assert effect.outcome in ended.get(effect.move, {None})


def test_every_move_from_an_accepted_place_on_has_its_word() -> None:
    said = {(state, effect.move) for (state, _), effect in training.TABLE.items()}
    followed = {(state, move) for state, move in prescribing.TABLE if state in {State.ACCEPTED, State.ENTERED}}
    assert followed - said == {
        (State.ACCEPTED, Move.REFUSE), (State.ACCEPTED, Move.WITHDRAW), (State.ACCEPTED, Move.CANCEL)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        (State.ACCEPTED, -1, ()),
        (State.ACCEPTED, 0, (Say.ENTER, Say.MISS)),
        (State.ENTERED, 0, (Say.LEAVE,)),
        (State.ENTERED, 10, (Say.COMPLETE, Say.PARTLY, Say.LEAVE)),
        (State.SENT, 10, ()),
        (State.ENDED, 10, ()),
        (State.LEFT, 10, ()),
    ],
)
def test_trainee_is_spoken_of_on_the_days_that_allow_it(state: State, today: int, expected: tuple[Say, ...]) -> None:
    said = training.sayings(state, MONDAY, MONDAY + timedelta(days=10), MONDAY + timedelta(days=today))
    assert said == expected


@pytest.mark.parametrize(
    ("year", "expected"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))]
)
def test_easter_falls_where_the_almanac_says(year: int, expected: tuple[int, int]) -> None:
    assert training.easter(year) == date(year, *expected)


def test_french_year_has_its_eleven_holidays() -> None:
    assert {date(2027, 5, 6), date(2027, 5, 17), date(2027, 3, 29), date(2027, 7, 14)} < training.holidays(2027)
    assert len(training.holidays(2027)) == 11


def test_calendar_holds_the_weekdays_asked_and_no_holiday() -> None:
    days = training.calendar(MONDAY, date(2026, 11, 13), frozenset(range(5)), morning=210, afternoon=180)
    assert [day.on.day for day in days] == [2, 3, 4, 5, 6, 9, 10, 12, 13]
    assert days[0] == Day(MONDAY, 210, 180)


@given(DAYS, st.integers(0, 1_500), st.frozensets(st.integers(0, 6)))
def test_calendar_stays_within_its_session_in_order_and_bounded(
    first: date, length: int, weekdays: frozenset[int]
) -> None:
    last = first + timedelta(days=length)
    days = [day.on for day in training.calendar(first, last, weekdays, morning=60, afternoon=0)]
    assert days == sorted(set(days))
    assert all(first <= day <= last and day.weekday() in weekdays for day in days)
    assert len(days) <= training.MOST_DAYS


@pytest.mark.parametrize(("away", "expected"), [(1, False), (0, True), (-14, True), (-15, False)])
def test_half_day_is_written_from_its_day_on_for_a_fortnight(away: int, expected: bool) -> None:
    assert training.writable(MONDAY + timedelta(days=away), MONDAY) is expected


@given(st.lists(NOTED, max_size=40))
def test_tally_counts_every_half_day_once_and_only_those_attended_in_minutes(noted: list[Noted]) -> None:
    days = [Day(on, 210, 180) for on in {each.on for each in noted}]
    found = training.tally(days, noted)
    assert sum(found.marks.values()) == len(noted)
    there = [each for each in noted if each.mark in {Mark.PRESENT, Mark.LATE}]
    assert found.minutes == sum(210 if each.half is Half.MORNING else 180 for each in there)
    assert (found.first is None) is (not there)


def test_tally_of_a_day_that_left_the_calendar_counts_without_minutes() -> None:
    found = training.tally([], [Noted(MONDAY, Half.MORNING, Mark.PRESENT)])
    assert (found.minutes, found.marks[Mark.PRESENT]) == (0, 1)


def test_adviser_is_told_from_the_fourth_half_day_missed_without_excuse() -> None:
    missed = [Noted(MONDAY - timedelta(days=each), Half.MORNING, Mark.ABSENT) for each in range(4)]
    assert training.many_missed(missed, MONDAY)
    assert not training.many_missed(missed[1:], MONDAY)
    assert not training.many_missed([missed[0]._replace(mark=Mark.EXCUSED), *missed[1:]], MONDAY)
    assert not training.many_missed(missed, MONDAY + timedelta(days=27))
