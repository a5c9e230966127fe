"""The personnel file: every wrong line is named with what was expected, and never with what it held."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.guard.sweeping.personnel_file import CHARACTERS, LINES, Leaving, Problem, read


def test_file_of_either_separator_order_and_date_is_read() -> None:
    expected = (
        Leaving(2, "ana@mission.example", date(2026, 11, 30)),
        Leaving(4, "b@mission.example", date(2027, 1, 2)),
    )
    english = "email,last_day\nana@mission.example,2026-11-30\n\nB@mission.example,2027-01-02\n"
    lines = [
        "\ufeffNom;Dernier jour;Adresse",
        "A;30/11/2026;Ana@mission.example",
        ";;",
        "B;02/01/2027; b@mission.example",
    ]
    french = "".join(f"{line}\r\n" for line in lines)
    assert read(english) == (expected, ())
    assert read(french) == (expected, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem(1, "header", "columns")),
        ("name,day\n", Problem(1, "header", "columns")),
        ("email,email,last_day\n", Problem(1, "header", "columns")),
        ("x" * (CHARACTERS + 1), Problem(1, "file", "too-large")),
        ("email,last_day\nana@mission.example\n", Problem(2, "line", "every-column")),
        ("email,last_day\nana,2026-11-30\n", Problem(2, "email", "address")),
        ("email,last_day\nana@mission.example,30.11.2026\n", Problem(2, "last_day", "day")),
        ("email,last_day\nana@mission.example,2026-02-30\n", Problem(2, "last_day", "day")),
        ('email,last_day\nana@mission.example,"2026-11-30\n', Problem(2, "file", "csv")),
        ("email,last_day\na@b.example,2026-11-30\nA@b.example,2026-12-01\n", Problem(3, "email", "named-once")),
    ],
)
def test_file_with_one_thing_wrong_names_line_field_and_expectation(text: str, problem: Problem) -> None:
    assert read(text).problems == (problem,)


def test_file_of_too_many_lines_stops_there() -> None:
    text = "email,last_day\n" + "".join(f"a{number}@b.fr,2026-11-30\n" for number in range(LINES + 1))
    found = read(text)
    assert (len(found.lines), found.problems) == (LINES, (Problem(LINES + 2, "file", "too-many-lines"),))


@given(
    st.text() | st.text(alphabet='email,;last_day\n\r"@. 0123456789-/').map(lambda text: "email,last_day\n" + text)
)
def test_file_of_any_text_is_read_or_refused_and_shows_no_value(text: str) -> None:
    found = read(text)
    assert found.lines or found.problems or not text.partition("\n")[2].strip(' \r\n,;"')
    assert all(line.address not in repr(line) for line in found.lines)
