"""The life of a code that proves presence: one end at most, and none after it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.personal import Objection
from beffroi.core.presence import (
    ENDINGS,
    LIFE,
    MOST_A_DAY,
    MOST_LIVE,
    MOST_WORDS,
    MOVES,
    PresenceCode,
    State,
    is_named,
    may_make,
    words_of,
)

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
PLACES = [
    ("1", "Mission Locale de Valbrume", "ML-VALBRUME"), ("2", "Mission Locale du Pré-Saint-Gervais", "ML-PRE"),
    ("3", "France Travail Valbrume", "FT-17"),
]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from([State.USED, State.TAKEN_BACK, State.ENDED, State.EXPIRED]), st.integers(0, 20)),
        max_size=8,
    )
)
def test_code_whatever_is_tried_comes_to_one_end_and_stays_there(tries: list[tuple[State, int]]) -> None:
    code, now, ends = PresenceCode(NOW + LIFE, None, None), NOW, list[State]()
    for ending, minutes in tries:
        now += timedelta(minutes=minutes)
        before, after = code.state_at(now), code.ended(ending, now)
        assert (after is not None) == (before is State.WAITING and ending is not State.EXPIRED)
        if after is not None:
            code = after
            ends.append(ending)
            assert now < code.expires_at, "nothing serves once its time is over"
        assert code.state_at(now) is before or code.state_at(now) in MOVES[before]
    assert len(ends) <= 1
    late = code.state_at(NOW + timedelta(days=9))
    assert late is (ends[0] if ends else State.EXPIRED)


def test_every_state_but_waiting_is_an_end() -> None:
    assert [state for state in State if MOVES[state]] == [State.WAITING]
    assert MOVES[State.WAITING] > ENDINGS


@pytest.mark.parametrize(
    ("changes", "way"),
    [
        ({}, None), ({"available": False}, Objection.PRESENCE_PLACE),
        ({"follows": True}, Objection.PRESENCE_FOLLOWED),
        ({"waits": True}, Objection.PRESENCE_WAITS),
        ({"waiting": MOST_LIVE}, Objection.PRESENCE_TOO_MANY), ({"waiting": MOST_LIVE - 1}, None),
        ({"made_today": MOST_A_DAY}, Objection.PRESENCE_TOO_MANY), ({"made_today": MOST_A_DAY - 1}, None),
    ],
)  # fmt: skip
def test_person_makes_a_code_for_an_organisation_at_work_that_does_not_follow_them_and_few(
    changes: dict[str, int], way: Objection | None
) -> None:
    usual = {"available": True, "follows": False, "waits": False, "waiting": 0, "made_today": 0}
    assert may_make(**(usual | changes)) is way  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("valbrume", "13"), ("mission  valbrume", "1"), ("PRE saint gervais", "2"), ("pré-saint", "2"),
        ("ft-17", "3"), ("ml-valbrume", "1"), ("lille", ""), ("v", ""), ("", ""), ("- '", ""), ("%", ""),
        ("é" * 80, ""), ("v v", ""),
    ],
)  # fmt: skip
def test_organisation_is_found_by_the_words_of_its_name_or_code(typed: str, found: str) -> None:
    words = words_of(typed)
    assert [id_ for id_, name, code in PLACES if words and is_named(words, name, code)] == list(found)


def test_word_typed_again_is_looked_for_once_and_those_past_the_sixth_are_not() -> None:
    assert words_of("e m l " * 13) == ("e", "m", "l")
    assert words_of("Pré pre PRÉ") == ("pre",)
    assert words_of(" ".join(f"w{number}" for number in range(20))) == tuple(f"w{n}" for n in range(MOST_WORDS))
