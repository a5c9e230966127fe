"""The catalogue's own law: what a session may say, its file line by line, and distances."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import catalogue
from beffroi.core.catalogue import COLUMNS, Box, Offer, Problem, Spot, Wrong, around, kilometres, nearest

TODAY = date(2026, 11, 28)
COMMUNES = frozenset({"63113", "2A004", "97411"})
HEADER = ";".join(COLUMNS.values())
LINE = "CUI-1;CAP cuisine;63113;2 rue des Ateliers;05/01/2027;30/06/2027;12;Aucun;G1602"
PARIS, LYON = Spot(48.8566, 2.3522), Spot(45.764, 4.8357)

texts = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x00"), min_size=1, max_size=60
)
lines = texts.map(lambda text: " ".join(text.split())).filter(lambda text: text and text[0] != "'")
offers = st.builds(
    Offer,
    reference=st.from_regex(r"[A-Z0-9][A-Z0-9._/-]{0,20}", fullmatch=True),
    title=lines,
    commune=st.sampled_from(sorted(COMMUNES)),
    address=st.just("") | lines,
    starts_on=st.dates(TODAY, TODAY + timedelta(days=300)),
    ends_on=st.dates(TODAY + timedelta(days=300), TODAY + timedelta(days=900)),
    places=st.integers(1, catalogue.MOST_PLACES),
    prerequisites=st.just("") | lines,
    rome=st.lists(st.from_regex(r"[A-N][0-9]{4}", fullmatch=True), min_size=1, max_size=5, unique=True).map(tuple),
)


def read(text: str) -> catalogue.Reading:
    return catalogue.read(text, known=COMMUNES.__contains__, today=TODAY)


def written(found: list[Offer], delimiter: str = ";") -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(COLUMNS.values())
    writer.writerows(catalogue.row(offer) for offer in found)
    return stream.getvalue()


@given(st.lists(offers, max_size=8, unique_by=lambda offer: offer.reference), st.sampled_from(";,"))
def test_catalogue_written_to_a_file_is_read_back_as_it_was(found: list[Offer], delimiter: str) -> None:
    again = read(written(found, delimiter))
    assert again.problems == ()
    assert [offer for _, offer in again.offers] == found


@given(st.text(max_size=400))
def test_file_of_anything_is_read_without_a_fault(text: str) -> None:
    found = read(text)
    assert found.offers == () or not any(
        problem.column in COLUMNS and problem.line == 1 for problem in found.problems
    )


@given(st.lists(st.text(max_size=30), max_size=9))
def test_line_of_anything_is_a_session_or_named_problems(cells: list[str]) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerow(cells)
    found = read(f"{HEADER}\n{stream.getvalue()}")
    assert bool(found.offers) != bool(found.problems) or not any(cell.strip() for cell in cells)


@pytest.mark.parametrize(
    ("changed", "column", "wrong"),
    [
        (("CUI-1", "cui 1"), "reference", Wrong.REFERENCE),
        (("CUI-1", ""), "reference", Wrong.MISSING),
        (("CAP cuisine", " "), "title", Wrong.MISSING),
        (("CAP cuisine", "x" * 121), "title", Wrong.TOO_LONG),
        (("63113", "63999"), "commune", Wrong.COMMUNE),
        (("05/01/2027", "31/02/2027"), "starts_on", Wrong.DAY),
        (("05/01/2027", "05/01/2037"), "starts_on", Wrong.TOO_FAR),
        (("30/06/2027", "04/01/2027"), "ends_on", Wrong.ORDER),
        ((";12;", ";0;"), "places", Wrong.PLACES),
        ((";12;", ";501;"), "places", Wrong.PLACES),
        ((";12;", ";douze;"), "places", Wrong.PLACES),
        (("G1602", "G16022"), "rome", Wrong.ROME),
        (("G1602", "A1101 A1102 A1103 A1104 A1105 A1106"), "rome", Wrong.ROME),
        (("Aucun", "x" * 501), "prerequisites", Wrong.TOO_LONG),
    ],
)
def test_keeper_whose_line_has_one_value_wrong_reads_its_line_and_column(
    changed: tuple[str, str], column: str, wrong: Wrong
) -> None:
    good = LINE.replace("CUI-1", "CUI-2")
    found = read(f"{HEADER}\n{good}\n{LINE.replace(*changed)}\n")
    assert found.problems == (Problem(3, column, wrong),)
    assert [offer.reference for _, offer in found.offers] == ["CUI-2"]
    assert read(f"{HEADER}\n{good}\n{LINE}\n").problems == ()


def test_keeper_whose_file_spans_lines_reads_the_line_where_the_session_begins() -> None:
    long = LINE.replace("Aucun", '"Un\nDeux"')
    found = read(f"{HEADER}\n{long}\n\n{LINE.replace('CUI-1', 'CUI-2').replace(';12;', ';0;')}\n")
    assert found.problems == (Problem(5, "places", Wrong.PLACES),)


def test_keeper_who_says_a_reference_twice_keeps_the_first() -> None:
    found = read(f"{HEADER}\n{LINE}\n{LINE.replace('CAP', 'BEP')}\n")
    assert found.problems == (Problem(3, "reference", Wrong.TWICE),)
    assert [offer.title for _, offer in found.offers] == ["CAP cuisine"]


def test_keeper_without_a_column_reads_which_and_nothing_is_taken() -> None:
    found = read(f"{HEADER.replace('rome', 'métier')}\n{LINE}\n")
    assert found == catalogue.Reading((), (Problem(1, "rome", Wrong.COLUMN), Problem(1, "", Wrong.UNKNOWN_COLUMN)))


def test_keeper_may_leave_optional_columns_out_and_write_headers_without_accents() -> None:
    header = "Reference,INTITULE,commune,debut,fin,places,ROME"
    found = read(f"{header}\nCUI-1,CAP cuisine,63113,2027-01-05,2027-06-30,12,g1602\n")
    assert found.problems == ()
    assert found.offers[0][1].rome == ("G1602",)


def test_keeper_whose_file_is_too_long_is_told_where_reading_stopped() -> None:
    file = "\n".join([HEADER, *(LINE.replace("CUI-1", f"CUI-{n}") for n in range(catalogue.MOST_LINES + 5))])
    found = read(file)
    assert len(found.offers) == catalogue.MOST_LINES
    assert found.problems == (Problem(catalogue.MOST_LINES + 2, "", Wrong.TOO_MANY),)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t"])
def test_spreadsheet_never_reads_a_title_as_a_formula(begins: str) -> None:
    assert catalogue.cell(f"{begins}HYPERLINK(1)")[0] == "'"
    assert catalogue.cell("CAP") == "CAP"


@given(st.text(max_size=80))
def test_folding_is_idempotent(text: str) -> None:
    assert catalogue.folded(catalogue.folded(text)) == catalogue.folded(text)


def test_folded_words_lose_accents_and_case_alone() -> None:
    assert catalogue.folded("  Œuvre d’Élagage,  Saint-Étienne ") == "oeuvre d elagage saint etienne"


spots = st.builds(Spot, st.floats(-70, 70), st.floats(-170, 170))


@given(spots, spots)
def test_distance_is_symmetric_and_nothing_only_on_the_spot(one: Spot, other: Spot) -> None:
    far = kilometres(one, other)
    assert far == pytest.approx(kilometres(other, one), abs=1e-6)
    assert 0 <= far <= 20_038
    assert kilometres(one, one) == 0


def test_distance_of_paris_and_lyon_is_known() -> None:
    assert kilometres(PARIS, LYON) == pytest.approx(391.5, abs=1)


@given(spots, spots, st.floats(1, 300))
def test_box_around_a_place_holds_whatever_is_near_enough(centre: Spot, other: Spot, distance: float) -> None:
    box = around(centre, distance)
    inside = box.south <= other.latitude <= box.north and box.west <= other.longitude <= box.east
    assert inside or kilometres(centre, other) > distance * 0.999 or abs(other.longitude - centre.longitude) > 180
    assert isinstance(box, Box)


def test_nearest_of_no_place_is_none() -> None:
    assert nearest(PARIS, ()) is None
    assert nearest(PARIS, (LYON, Spot(48.8, 2.3))) == Spot(48.8, 2.3)
