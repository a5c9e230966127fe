"""The law of the personal space: whose file an identity opens, how a report moves."""

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.personal import ANSWERS, MOVES, Answer, Known, Pivot, Standing, is_of, may_move

NAMES = st.text("abcdefghijklmnopqrstuvwxyzéèàç -'", min_size=1, max_size=12)
PLACES = st.sampled_from(["", "59350", "2A004", "13055", "Lille"])


def test_identity_is_of_the_file_that_says_the_same() -> None:
    known, pivot = Known("Inès", "F", "59350"), Pivot("INES MARIE", "female", "59350")
    assert is_of(known, pivot)
    assert not is_of(known._replace(sex="M"), pivot)
    assert not is_of(known._replace(birth_place="59351"), pivot)
    assert not is_of(known._replace(first_names="Irène"), pivot)
    assert is_of(known._replace(sex=None), pivot)
    assert is_of(known._replace(birth_place=None), pivot)
    assert is_of(known._replace(birth_place="Lille"), pivot), "a place in words says nothing"
    assert is_of(known, pivot._replace(birth_place="")), "born abroad"
    assert is_of(known, pivot._replace(gender=""))
    assert not is_of(known._replace(first_names="…"), pivot)
    assert not is_of(known, pivot._replace(first_names=""))


@given(first=NAMES, more=NAMES, gender=st.sampled_from(["female", "male", ""]), place=PLACES)
def test_more_first_names_on_either_side_never_contradict(first: str, more: str, gender: str, place: str) -> None:
    shorter, longer = first, f"{first} {more}"
    one = is_of(Known(shorter, None, place), Pivot(longer, gender, place))
    other = is_of(Known(longer, None, place), Pivot(shorter, gender, place))
    assert one == other
    assert one == any(letter.isalnum() for letter in shorter)


@given(first=NAMES, sex=st.sampled_from(["F", "M", None]), places=st.tuples(PLACES, PLACES))
def test_two_codes_of_place_that_differ_are_two_people(first: str, sex: str | None, places: tuple[str, str]) -> None:
    codes = {place for place in places if place not in ("", "Lille")}
    if is_of(Known(first, sex, places[0]), Pivot(first, "", places[1])):
        assert len(codes) < 2


def test_report_only_moves_forward_and_every_answer_has_its_sentence() -> None:
    order = list(Standing)
    for before in Standing:
        for after in Standing:
            assert may_move(before, after) == (order.index(after) > order.index(before))
    assert set(MOVES) == set(Standing)
    assert set(ANSWERS) == set(Answer)
