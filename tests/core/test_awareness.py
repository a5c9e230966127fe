"""Laws of the exam: what is drawn, what passes, how often, what is called to mind; and the courses that ship."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import awareness
from beffroi.core.awareness import (
    ATTEMPTS,
    PASS_PERCENT,
    QUESTIONS,
    REMINDERS,
    SPAN,
    Question,
    attempts_left,
    course_for,
    draw,
    mark,
    needed,
    next_at,
    reminder,
    shuffled,
)
from beffroi.core.course_file import CourseRefused, load_courses, read
from beffroi.core.ids import RoleCode
from beffroi.core.policy import Label, RoleKind
from tests.guard.world import POLICY

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SEEDS = st.binary(min_size=1, max_size=64)
CODES = st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=40)
COURSES = load_courses()


def question(code: str, right: Sequence[int] = (0,), choices: int = 3) -> Question:
    label = Label("?", "?")
    return Question(code, label, (label,) * choices, frozenset(right), label)


@given(codes=CODES, seed=SEEDS, count=st.integers(0, 50))
def test_exam_drawn_repeats_no_question_and_follows_from_its_seed(codes: list[str], seed: bytes, count: int) -> None:
    drawn = draw(codes, seed, count)
    assert len(drawn) == len(set(drawn)) == min(count, len(codes))
    assert set(drawn) <= set(codes)
    assert draw(list(reversed(codes)), seed, count) == drawn


def test_exam_of_another_seed_is_another_exam() -> None:
    codes = [f"question-{number}" for number in range(16)]
    assert len({draw(codes, bytes([seed]), QUESTIONS) for seed in range(20)}) == 20


def test_every_question_of_a_bank_is_drawn_about_as_often() -> None:
    codes = [f"question-{number}" for number in range(16)]
    drawn = [code for seed in range(2_000) for code in draw(codes, seed.to_bytes(2, "big"), QUESTIONS)]
    assert all(1_150 < drawn.count(code) < 1_350 for code in codes), "2,000 × 10 / 16 = 1,250 each"


@given(seed=SEEDS, choices=st.integers(2, 8))
def test_choices_shown_are_all_choices_in_an_order_of_the_seed(seed: bytes, choices: int) -> None:
    asked = question("q", choices=choices)
    assert sorted(shuffled(asked, seed)) == list(range(choices))
    assert shuffled(asked, seed) == shuffled(asked, seed)


@given(right=st.integers(0, 40), wrong=st.integers(0, 40))
def test_exam_passes_if_and_only_if_the_mark_is_reached(right: int, wrong: int) -> None:
    questions = [question(f"q{number}") for number in range(right + wrong)]
    answers = {each.code: frozenset({0 if number < right else 1}) for number, each in enumerate(questions)}
    result = mark(questions, answers)
    assert result == (right, right + wrong)
    assert result.passed == (100 * right >= PASS_PERCENT * (right + wrong))


@pytest.mark.parametrize(("of", "least"), [(1, 1), (5, 4), (10, 8), (11, 9), (12, 10), (15, 12)])
def test_pass_mark_is_the_first_score_of_eighty_percent(of: int, least: int) -> None:
    assert needed(of) == least


@pytest.mark.parametrize(
    ("given_", "right"), [({0, 2}, True), ({0}, False), ({0, 1, 2}, False), ({1}, False), (set(), False)]
)
def test_question_of_several_answers_is_right_when_exactly_those_are_given(given_: set[int], right: bool) -> None:
    assert mark([question("q", right=(0, 2))], {"q": frozenset(given_)}).score == right


def test_question_without_an_answer_is_wrong() -> None:
    assert mark([question("q")], {}).score == 0


@given(minutes=st.lists(st.integers(0, 4_000), max_size=30))
def test_attempts_never_exceed_three_in_any_24_hours(minutes: list[int]) -> None:
    begun: list[datetime] = []
    for at in sorted(NOW + timedelta(minutes=minute) for minute in minutes):
        if attempts_left(begun, at):
            begun.append(at)
        else:
            again = next_at(begun, at)
            assert again > at
            assert attempts_left(begun, again)
            assert not attempts_left(begun, again - timedelta(microseconds=1))
    for start in begun:
        assert sum(start <= at < start + SPAN for at in begun) <= ATTEMPTS


def test_attempt_counts_until_exactly_24_hours_later() -> None:
    assert attempts_left([NOW], NOW + SPAN - timedelta(microseconds=1)) == ATTEMPTS - 1
    assert attempts_left([NOW], NOW + SPAN) == ATTEMPTS
    assert next_at([NOW], NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (timedelta(days=183), None), (timedelta(days=30, microseconds=1), None), (timedelta(days=30), 30),
        (timedelta(days=14, microseconds=1), 30), (timedelta(days=14), 14), (timedelta(days=3), 3),
        (timedelta(microseconds=1), 3), (timedelta(0), 0), (timedelta(days=-9), 0),
    ],
)  # fmt: skip
def test_reminder_due_is_the_last_one_reached(left: timedelta, due: int | None) -> None:
    assert reminder(NOW + left, NOW) == due
    assert due in (None, 0, *REMINDERS)


@pytest.mark.parametrize("code", POLICY.roles)
def test_every_role_of_the_policy_that_ships_has_a_course(code: RoleCode) -> None:
    course = course_for(COURSES.values(), {code: POLICY.roles[code].kind})
    assert course is not None
    expected = {"training-staff": "training-organisation", "adviser": "adviser", "account-manager": "account-manager"}
    assert course.code == expected.get(code, course.code)


@pytest.mark.parametrize("kind", RoleKind)
def test_role_of_an_unknown_code_has_the_course_of_its_kind(kind: RoleKind) -> None:
    assert course_for(COURSES.values(), {RoleCode("of-some-other-policy"): kind}) is not None


def test_somebody_of_two_roles_takes_the_course_of_the_more_powerful_one() -> None:
    held = {RoleCode("network-administrator"): RoleKind.MANAGER, RoleCode("security-officer"): RoleKind.SECURITY}
    course = course_for(COURSES.values(), held)
    assert course is not None
    assert course.code == "security"
    assert course_for(COURSES.values(), {}) is None


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_course_that_ships_can_be_taken(course: awareness.Course) -> None:
    assert len(course.bank) >= 12
    assert len(course.chapters) >= 6
    for each in course.bank:
        assert 2 <= len(each.choices) <= 6
        texts = [each.text, each.explanation, *each.choices]
        assert all("'" not in text.fr for text in texts), "apostrophes of French print are curly"
        assert len({choice.fr for choice in each.choices}) == len(each.choices)
        several = len(each.right) > 1
        assert several == ("plusieurs réponses" in each.text.fr) == ("several answers" in each.text.en)


SHARED = '[[chapters]]\ntitle = {fr="a", en="a"}\nfr="t"\nen="t"\n'
QUESTION = '[[questions]]\ncode="q{0}"\nfr="t"\nen="t"\nexplanation={{fr="e", en="e"}}\nchoices={1}\n'
FAIR = '[{fr="a", en="a", right=true}, {fr="b", en="b"}]'
OWN = 'code="c"\nrank=1\nroles=[]\nkinds=["reader"]\ntitle={fr="t", en="t"}\n' + SHARED


def written(choices: str = FAIR, count: int = 11) -> tuple[str, str]:
    bank = "".join(QUESTION.format(number, FAIR) for number in range(count))
    return OWN + bank, SHARED + QUESTION.format("shared", choices)


def test_course_file_is_read_with_what_all_share() -> None:
    course = read(*written(), "c.toml")
    assert (course.code, len(course.bank), len(course.chapters)) == ("c", 12, 2)
    assert read(*written(), "other.toml").edition == course.edition
    changed = read(written()[0].replace('fr="e"', 'fr="f"', 1), written()[1], "c.toml")
    assert changed.edition != course.edition


@pytest.mark.parametrize(
    "texts",
    [
        written(choices='[{fr="a", en="a"}, {fr="b", en="b"}]'),
        written(choices='[{fr="a", en="a", right=true}, {fr="b", en="b", right=true}]'),
        written(choices='[{fr="a", right=true}, {fr="b", en="b"}]'),
        written(choices="[]"),
        written(count=10),
        (written()[0].replace('code="q1"', 'code="q0"'), written()[1]),
        (written()[0].replace('kinds=["reader"]', 'kinds=["king"]'), written()[1]),
        (written()[0].replace("rank=1", 'rank="high"'), written()[1]),
        ("not toml", written()[1]),
    ],
)
def test_course_file_with_one_thing_wrong_is_refused(texts: tuple[str, str]) -> None:
    with pytest.raises(CourseRefused):
        read(*texts, "c.toml")
