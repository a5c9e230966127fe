"""Appointments: the table of moves, when each may be made, and which hours stand in each other's way."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.appointments import (
    CORRECTED_WITHIN,
    FURTHEST,
    LENGTHS,
    TABLE,
    Move,
    Objection,
    Slot,
    State,
    after,
    moves,
    objection,
    overlap,
    overlapping,
    week_of,
)

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 27)
NOON = datetime(2026, 11, 27, 12, tzinfo=PARIS)
INSTANTS = st.integers(min_value=0, max_value=3 * 365 * 24 * 60).map(
    lambda minutes: (datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(PARIS)
)
STRETCHES = st.builds(
    lambda at, minutes: Slot(at, at + timedelta(minutes=minutes)), INSTANTS, st.integers(min_value=1, max_value=600)
)


@given(st.sampled_from(State), st.sampled_from(Move), INSTANTS, INSTANTS)
def test_every_move_leads_where_the_table_says_or_nowhere(
    state: State, move: Move, starts_at: datetime, now: datetime
) -> None:
    reached = after(state, move, starts_at, now)
    assert (reached is not None) == (move in moves(state, starts_at, now))
    assert reached in (None, TABLE.get((state, move)))


@given(st.sampled_from([State.CANCELLED, State.POSTPONED]), INSTANTS, INSTANTS)
def test_hour_that_was_given_back_is_given_back_for_ever(state: State, starts_at: datetime, now: datetime) -> None:
    assert moves(state, starts_at, now) == ()


@given(INSTANTS, INSTANTS)
def test_planned_appointment_can_always_be_dealt_with(starts_at: datetime, now: datetime) -> None:
    assert {Move.EXCUSE, Move.CANCEL, Move.POSTPONE} <= set(moves(State.PLANNED, starts_at, now))


@given(st.sampled_from([State.PRESENT, State.ABSENT, State.EXCUSED]), INSTANTS)
def test_what_was_said_can_be_taken_back_on_the_day_and_leads_to_planned(state: State, starts_at: datetime) -> None:
    assert after(state, Move.CORRECT, starts_at, starts_at) is State.PLANNED


@pytest.mark.parametrize(
    ("move", "now", "possible"),
    [
        (Move.ATTEND, NOON - timedelta(hours=3), True),
        (Move.ATTEND, NOON - timedelta(days=1), False),
        (Move.MISS, NOON - timedelta(minutes=1), False),
        (Move.MISS, NOON, True),
        (Move.MISS, NOON + timedelta(days=30), True),
    ],
)
def test_nobody_is_absent_before_the_hour_nor_present_before_the_day(
    move: Move, now: datetime, possible: bool
) -> None:
    assert (move in moves(State.PLANNED, NOON, now)) is possible


def test_word_on_an_appointment_stands_once_a_week_has_passed() -> None:
    assert Move.CORRECT in moves(State.ABSENT, NOON, NOON + CORRECTED_WITHIN)
    assert moves(State.ABSENT, NOON, NOON + CORRECTED_WITHIN + timedelta(days=1)) == ()


def test_day_is_the_offices_even_where_the_instant_is_of_another() -> None:
    late = datetime(2026, 11, 27, 0, 30, tzinfo=PARIS)  # still the 26th in UTC
    assert Move.ATTEND in moves(State.PLANNED, late, late - timedelta(minutes=10))
    assert Move.ATTEND not in moves(State.PLANNED, late, late - timedelta(minutes=31))


@pytest.mark.parametrize(
    ("starts_at", "minutes", "refused"),
    [
        (NOON, 45, None),
        (NOON - timedelta(hours=4), 45, None),
        (NOON - timedelta(days=1), 45, Objection.PAST),
        (NOON + FURTHEST, 45, None),
        (NOON + FURTHEST + timedelta(days=1), 45, Objection.TOO_FAR),
        (NOON, 44, Objection.LENGTH),
        (NOON.replace(hour=7), 45, None),
        (NOON.replace(hour=6, minute=59), 45, Objection.HOURS),
        (NOON.replace(hour=20), 60, None),
        (NOON.replace(hour=20, minute=1), 60, Objection.HOURS),
    ],
)
def test_hour_that_cannot_be_given_is_said_why(starts_at: datetime, minutes: int, refused: Objection | None) -> None:
    assert objection(starts_at, minutes, TODAY) is refused


@given(INSTANTS, st.sampled_from(LENGTHS))
def test_hour_that_is_given_begins_and_ends_on_its_day(starts_at: datetime, minutes: int) -> None:
    if objection(starts_at, minutes, starts_at.date()) is None:
        assert (starts_at + timedelta(minutes=minutes)).date() == starts_at.date()


@given(STRETCHES, STRETCHES)
def test_overlap_is_mutual_and_is_an_instant_in_common(one: Slot, other: Slot) -> None:
    assert overlap(one, other) == overlap(other, one)
    shared = max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at)
    assert overlap(one, other) == shared


@given(STRETCHES, st.integers(min_value=1, max_value=600))
def test_stretch_overlaps_itself_and_not_the_one_that_follows(one: Slot, minutes: int) -> None:
    following = Slot(one.ends_at, one.ends_at + timedelta(minutes=minutes))
    assert overlapping(one, [following, one]) == (one,)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_week_begins_on_its_monday(day: date) -> None:
    monday = week_of(day)
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7
