"""How a follow-up stands: what filters keep, in which order, and programmes by their days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.progress import (
    Coming,
    Contact,
    Period,
    Programme,
    Progress,
    Status,
    Wanted,
    collide,
    latest,
    longest_unseen,
    matches,
    runs,
)

TODAY = date(2026, 11, 27)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
PROGRESSES = st.builds(
    Progress,
    st.none() | st.sampled_from(Status),
    st.frozensets(st.sampled_from(Programme)),
    st.none() | st.dates(date(2024, 1, 1), TODAY),
    st.none() | st.dates(TODAY, date(2028, 1, 1)),
)
WANTED = st.builds(
    Wanted,
    st.none() | st.sampled_from(Status),
    st.none() | st.sampled_from(Programme),
    st.none() | st.sampled_from(Contact),
    st.none() | st.sampled_from(Coming),
)
PERIODS = st.builds(lambda first, days: Period(first, None if days is None else first + timedelta(days=days)),
                    DAYS, st.none() | st.integers(0, 400))  # fmt: skip


@given(PROGRESSES)
def test_filter_that_asks_nothing_keeps_everybody(progress: Progress) -> None:
    assert matches(progress, Wanted(), TODAY)


@given(PROGRESSES, WANTED)
def test_filters_combine_as_all_of_them_at_once(progress: Progress, wanted: Wanted) -> None:
    alone = [
        Wanted(status=wanted.status),
        Wanted(programme=wanted.programme),
        Wanted(contact=wanted.contact),
        Wanted(coming=wanted.coming),
    ]
    assert matches(progress, wanted, TODAY) == all(matches(progress, one, TODAY) for one in alone)


@given(PROGRESSES)
def test_each_person_is_met_within_thirty_days_or_not_and_has_an_hour_to_come_or_not(progress: Progress) -> None:
    for one, other in ((Contact.WITHIN_30, Contact.OVER_30),):
        kept = [matches(progress, Wanted(contact=contact), TODAY) for contact in (one, other)]
        assert kept.count(True) == 1
    assert [matches(progress, Wanted(coming=coming), TODAY) for coming in Coming].count(True) == 1


@given(PROGRESSES)
def test_who_was_unseen_for_longer_was_unseen_for_less(progress: Progress) -> None:
    over = [
        matches(progress, Wanted(contact=one), TODAY) for one in (Contact.OVER_90, Contact.OVER_60, Contact.OVER_30)
    ]
    assert over == sorted(over)


@pytest.mark.parametrize(("days", "kept"), [(30, False), (31, True)])
def test_person_met_thirty_days_ago_was_met_within_thirty_days(days: int, kept: bool) -> None:
    progress = Progress(None, frozenset(), TODAY - timedelta(days=days), None)
    assert matches(progress, Wanted(contact=Contact.OVER_30), TODAY) is kept


def test_whom_nobody_met_comes_first_and_the_last_met_last() -> None:
    never = Progress(None, frozenset(), None, None)
    awaited = never._replace(next_appointment=TODAY)
    old, new = (never._replace(last_contact=TODAY - timedelta(days=days)) for days in (90, 1))
    assert sorted([new, awaited, old, never], key=longest_unseen) == [never, awaited, old, new]


@given(st.lists(st.none() | DAYS))
def test_latest_is_the_last_day_there_is(days: list[date | None]) -> None:
    known = [day for day in days if day is not None]
    assert latest(days) == (max(known) if known else None)


@given(PERIODS, PERIODS)
def test_two_periods_collide_where_they_share_a_day(one: Period, other: Period) -> None:
    first = max(one.starts_on, other.starts_on)
    assert collide(one, other) == collide(other, one) == (runs(one, first) and runs(other, first))
