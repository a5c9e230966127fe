"""The law of the personal space: whose file an identity opens, how a report moves."""

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.personal import ANSWERS, MOVES, Answer, Known, Pivot, Standing, is_of, may_move

NAMES = st.text("abcdefghijklmnopqrstuvwxyzéèàç -'", min_size=1, max_size=12)
CODES = ("59350", "2A004", "13055")
PLACES = st.sampled_from(["", *CODES, "Lille"])


def test_identity_is_of_the_file_that_says_the_same() -> None:
    known, pivot = Known("Delaunay", "Inès", "F", "59350"), Pivot("DELAUNAY", "INES MARIE", "female", "59350")
    assert is_of(known, pivot)
    assert not is_of(known._replace(sex="M"), pivot)
    assert not is_of(known._replace(birth_place="59351"), pivot)
    assert not is_of(known._replace(first_names="Irène"), pivot)
    assert not is_of(known._replace(birth_name="Martin"), pivot)
    assert not is_of(known._replace(birth_name="…"), pivot._replace(birth_name="…"))
    assert not is_of(known, pivot._replace(birth_name=""))
    assert not is_of(known._replace(sex=None), pivot), "what is not compared proves nothing"
    assert not is_of(known._replace(birth_place=None), pivot)
    assert not is_of(known._replace(birth_place="Lille"), pivot._replace(birth_place="Lille")), "a place in words"
    assert not is_of(known._replace(birth_place=""), pivot._replace(birth_place="")), "born abroad"
    assert not is_of(known._replace(sex=None), pivot._replace(gender=""))
    assert not is_of(known._replace(first_names="…"), pivot)
    assert not is_of(known, pivot._replace(first_names=""))


@given(first=NAMES, more=NAMES, sex=st.sampled_from([("F", "female"), ("M", "male")]), place=st.sampled_from(CODES))
def test_more_first_names_on_either_side_never_contradict(
    first: str, more: str, sex: tuple[str, str], place: str
) -> None:
    shorter, longer = first, f"{first} {more}"
    one = is_of(Known("Petit", shorter, sex[0], place), Pivot("PETIT", longer, sex[1], place))
    other = is_of(Known("Petit", longer, sex[0], place), Pivot("PETIT", shorter, sex[1], place))
    assert one == other
    assert one == any(letter.isalnum() for letter in shorter)


@given(first=NAMES, sex=st.sampled_from(["F", "M", None]), places=st.tuples(PLACES, PLACES))
def test_two_codes_of_place_that_differ_are_two_people(first: str, sex: str | None, places: tuple[str, str]) -> None:
    for gender in ("female", "male", ""):
        if is_of(Known("Petit", first, sex, places[0]), Pivot("Petit", first, gender, places[1])):
            assert places[0] == places[1]
            assert places[0] in CODES
            assert (sex, gender) in (("F", "female"), ("M", "male"))


def test_report_only_moves_forward_and_every_answer_has_its_sentence() -> None:
    order = list(Standing)
    for before in Standing:
        for after in Standing:
            assert may_move(before, after) == (order.index(after) > order.index(before))
    assert set(MOVES) == set(Standing)
    assert set(ANSWERS) == set(Answer)
