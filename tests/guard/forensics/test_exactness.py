"""I-11: the people reported are those of the released entries in scope, however the past is cut."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.guard.forensics.duck import Duck
from beffroi.guard.forensics.questions import By, Question, ReadBy, Readers
from tests.guard.forensics.asked import answered, expected, gathered, lay_out, rows_of
from tests.guard.retention import past

SINCE = datetime(2026, 2, 26, tzinfo=UTC)
DAYS = 6
SCOPES = {
    By.ACCOUNT: past.ACCOUNTS,
    By.ORGANISATION: past.OFFICES,
    By.SESSION: past.SESSIONS,
    By.APPLICATION: ["cases", "trainings", "unknown"],
}


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Any instant about the history, edges of days first."""
    day = SINCE + timedelta(days=draw(st.integers(-1, DAYS + 1)))
    return day + timedelta(
        microseconds=draw(st.sampled_from([0, 0, 1, 86_399_999_999]) | st.integers(0, 86_399_999_999))
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Either question, over any window."""
    from_at, until_at = sorted((draw(instants()), draw(instants())))
    by = draw(st.sampled_from([*By, None]))
    if by is None:
        return ReadBy(draw(st.sampled_from(past.PEOPLE)), from_at, until_at)
    ids = draw(st.lists(st.sampled_from(SCOPES[by]), min_size=1, max_size=4, unique=True))
    return Readers(by, tuple(ids), from_at, until_at)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    rows=st.integers(1, 150),
    cold_days=st.integers(0, DAYS),
    merged=st.booleans(),
    asked=st.lists(questions(), min_size=1, max_size=5),
)
def test_i11_people_reported_are_those_of_the_released_entries_wherever_the_past_is_cut(
    seed: int, rows: int, cold_days: int, merged: bool, asked: list[Question]
) -> None:
    journal = rows_of(past.history(SINCE, DAYS, rows, seed))
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        files = lay_out(folder, journal, SINCE + timedelta(days=cold_days), merged)
        engine = Duck(folder)
        for question in asked:
            got = answered(engine, folder, question, gathered(files, journal, question))
            assert got == expected(journal, question), question
        engine.close()


def test_i11_oracle_is_no_stranger_to_answers_that_are_not_empty() -> None:
    """The property above would hold of nothing if its questions met nobody."""
    journal = rows_of(past.history(SINCE, DAYS, 150, Random(7).randrange(1 << 32)))
    window = (SINCE, SINCE + timedelta(days=DAYS))
    for by, ids in SCOPES.items():
        assert len(expected(journal, Readers(by, tuple(ids), *window))) > 20
    assert any(expected(journal, ReadBy(person, *window)) for person in past.PEOPLE)
