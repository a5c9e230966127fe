"""What was written in a file stays: whatever an account sends back, nothing of others goes, nothing is forged."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.casefile import (
    CORRECTABLE,
    MOVES,
    PUNCTUAL,
    SENTENCES,
    Earlier,
    Entry,
    Objection,
    Step,
    may_correct,
    may_move,
    objection,
    too_much,
    written,
)

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
ANA, BOB = "ana", "bob"
BEFORE = Entry(written(NOW - timedelta(days=1)), ANA, "bilan", "Projet de CAP.")
EARLIER = Earlier(written(NOW), BEFORE.text)
CORRECTED = BEFORE._replace(text="Projet de CAP cuisine.", earlier=(EARLIER,))
INSTANTS = st.sampled_from([written(NOW - timedelta(hours=hours)) for hours in (0, 1, 30, 71, 73)])
TEXTS = st.sampled_from(["", "un", "deux"])
ENTRIES = st.builds(
    Entry,
    INSTANTS,
    st.sampled_from([ANA, BOB, ""]),
    TEXTS,
    TEXTS,
    st.lists(st.builds(Earlier, INSTANTS, TEXTS), max_size=2).map(tuple),
    st.sampled_from(["", "en cours", *Step]),
)
LISTS = st.lists(ENTRIES, max_size=4)


def judged(before: Sequence[Entry], after: Sequence[Entry], account: str = ANA) -> Objection | None:
    return objection(before, after, account, NOW)


@given(LISTS, LISTS, st.sampled_from([ANA, BOB]))
def test_whatever_is_sent_back_what_others_wrote_is_still_there_word_for_word(
    before: list[Entry], after: list[Entry], account: str
) -> None:
    if judged(before, after, account) is not None:
        return
    assert len(after) >= len(before)
    for was, becomes in zip(before, after, strict=False):
        assert (was.at, was.author, was.fixed) == (becomes.at, becomes.author, becomes.fixed)
        wordings = [each.text for each in becomes.earlier] + [becomes.text]
        assert was.text in wordings
        assert was.author == account or was.text == becomes.text
    for new in after[len(before) :]:
        assert new.author == account


@given(LISTS)
def test_a_file_sent_back_as_it_is_is_never_refused(before: list[Entry]) -> None:
    assert judged(before, before) is None


def test_author_corrects_her_note_and_the_earlier_wording_stays() -> None:
    assert judged([BEFORE], [CORRECTED]) is None
    again = CORRECTED._replace(text="Fin", earlier=(EARLIER, Earlier(written(NOW), CORRECTED.text)))
    assert judged([CORRECTED], [again]) is None


@pytest.mark.parametrize(
    ("after", "account", "found"),
    [
        ([], ANA, Objection.KEPT),
        ([CORRECTED], BOB, Objection.NOT_ITS_AUTHOR),
        ([CORRECTED._replace(earlier=())], ANA, Objection.KEPT),
        ([CORRECTED._replace(earlier=(Earlier(written(NOW), "Autre chose"),))], ANA, Objection.KEPT),
        ([CORRECTED._replace(earlier=(Earlier(written(NOW - timedelta(days=1)), BEFORE.text),))], ANA,
         Objection.UNSIGNED),
        ([BEFORE._replace(author=BOB)], ANA, Objection.KEPT),
        ([BEFORE._replace(fixed="relance")], ANA, Objection.KEPT),
        ([BEFORE, Entry(written(NOW), BOB, text="x")], ANA, Objection.UNSIGNED),
        ([BEFORE, Entry(written(NOW - timedelta(days=2)), ANA, text="x")], ANA, Objection.UNSIGNED),
        ([BEFORE, Entry("hier", ANA, text="x")], ANA, Objection.UNSIGNED),
        ([BEFORE, Entry(written(NOW), ANA, text="x", earlier=(EARLIER,))], ANA, Objection.UNSIGNED),
    ],
)  # fmt: skip
def test_account_that_takes_away_rewrites_or_forges_is_refused(
    after: list[Entry], account: str, found: Objection
) -> None:
    assert judged([BEFORE], after, account) is found


def test_note_is_corrected_until_the_very_end_of_three_days_and_not_after() -> None:
    last = BEFORE._replace(at=written(NOW - CORRECTABLE))
    late = BEFORE._replace(at=written(NOW - CORRECTABLE - timedelta(seconds=1)))
    assert judged([last], [last._replace(text="x", earlier=(EARLIER,))]) is None
    assert judged([late], [late._replace(text="x", earlier=(EARLIER,))]) is Objection.TOO_LATE
    assert not may_correct(late.at, ANA, ANA, NOW)


def test_new_note_is_dated_within_ten_minutes_of_the_guards_clock() -> None:
    early, late = (Entry(written(NOW + sign * PUNCTUAL), ANA, text="x") for sign in (-1, 1))
    assert judged([], [early]) is None
    assert judged([], [late]) is None
    assert judged([], [late._replace(at=written(NOW + PUNCTUAL + timedelta(seconds=1)))]) is Objection.UNSIGNED


@pytest.mark.parametrize("before", [*Step, "en cours"])
@pytest.mark.parametrize("after", Step)
def test_step_moves_as_the_table_says(before: str, after: Step) -> None:
    step = Entry(written(NOW), BOB, "CV", step=before)
    allowed = before == after or before not in MOVES or after in MOVES[Step(before)]
    assert (judged([step], [step._replace(step=after)]) is None) == allowed
    assert not may_move(before, "volé")


def test_every_objection_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Objection)


MOST = 5_000
LONG = "x" * 1_000


def fresh(count: int, author: str = ANA, age: timedelta = timedelta(0), text: str = LONG) -> list[Entry]:
    return [Entry(written(NOW - age), author, text=text)] * count


@pytest.mark.parametrize(
    ("before", "added", "account", "refused"),
    [
        ([], fresh(4), ANA, False),
        ([], fresh(5), ANA, True),
        (fresh(4), fresh(1), ANA, True),
        (fresh(4, age=timedelta(hours=23)), fresh(1), ANA, True),
        (fresh(4, age=timedelta(hours=25)), fresh(1), ANA, False),
        (fresh(4, BOB), fresh(1), ANA, False),
        (fresh(4), fresh(1, BOB), BOB, False),
        ([], fresh(4, text="é" * 600), ANA, True),
        (fresh(9), [], ANA, False),
        ([], fresh(50, text=""), ANA, False),
        ([], fresh(51, text=""), ANA, True),
        ([], [Entry(written(NOW), ANA, LONG)] * 5, ANA, True),
    ],
)
def test_account_that_fills_a_group_in_a_day_is_stopped_and_yesterday_s_or_a_colleague_s_words_stop_nobody(
    before: list[Entry], added: list[Entry], account: str, refused: bool
) -> None:
    assert too_much(before, [*before, *added], account, NOW, MOST) is refused


@pytest.mark.parametrize(("text", "refused"), [("x" * 4_800, False), ("x" * 5_000, True)])
@pytest.mark.parametrize("age", [timedelta(hours=2), timedelta(hours=50)])
def test_account_that_corrects_a_note_pays_for_its_new_wording(age: timedelta, text: str, refused: bool) -> None:
    was = Entry(written(NOW - age), ANA, text="")
    becomes = was._replace(text=text, earlier=(Earlier(written(NOW), ""),))
    assert too_much([was], [becomes], ANA, NOW, MOST) is refused
    assert too_much([was], [was], ANA, NOW, 5) is False


@given(LISTS, LISTS, st.integers(0, 400))
def test_whatever_an_account_is_let_add_weighs_no_more_than_the_day_allows(
    before: list[Entry], after: list[Entry], most: int
) -> None:
    if judged(before, after) is not None or too_much(before, after, ANA, NOW, most):
        return

    def weight(entries: list[Entry]) -> int:
        return sum(len(entry.text) + sum(len(one.text) for one in entry.earlier) for entry in entries)

    assert weight(after) - weight(before) <= most
