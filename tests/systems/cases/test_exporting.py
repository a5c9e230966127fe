"""What a spreadsheet reads of a file of several people."""

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.systems.cases.exporting import _cell

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    ("held", "written"),
    [
        ("Lille", "Lille"),
        ("Saint-Denis, 93", "Saint-Denis, 93"),
        ("=1+1", "'=1+1"),
        (" =1+1", " '=1+1"),
        ("\n@SUM(A1)", "\n'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ('12 rue, =HYPERLINK("x")', '12 rue, \'=HYPERLINK("x")'),
        ('12 rue,"=1"', '12 rue,"\'=1"'),
        (None, ""),
    ],
)
def test_value_that_a_spreadsheet_would_run_is_written_as_text(held: str | None, written: str) -> None:
    assert _cell({"address_line": held}, "address_line") == written


@given(st.text(alphabet='a ,;|"\t\n' + SIGNS, max_size=12))
def test_no_cell_begins_a_formula_whatever_separates_cells(held: str) -> None:
    line = StringIO()
    csv.writer(line, delimiter=";").writerow(["x", _cell({"city": held}, "city"), "y"])
    for separators in (";", ",", "\t", "|"):
        for cell in re.split(f"[{re.escape(separators)}\r\n]", line.getvalue()):
            assert not cell.strip().strip('"').strip().startswith(tuple(SIGNS))


def test_day_is_written_in_figures() -> None:
    assert _cell({"birth_date": "2005-04-12"}, "birth_date") == "12/04/2005"
