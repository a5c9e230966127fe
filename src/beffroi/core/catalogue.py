"""The catalogue of training sessions: what one may say, its CSV file read line by line, and how far a place is.

Nothing here is about a person. A value that cannot be kept is answered by `Wrong`, never raised; the text itself is
never repeated.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

LONGEST_REFERENCE: Final = 32
LONGEST_LINE: Final = 120
LONGEST_TEXT: Final = 500
MOST_PLACES: Final = 500
MOST_ROME: Final = 5
MOST_LINES: Final = 2_000
FURTHEST: Final = timedelta(days=1_100)
"""A session begins within three years of today, on either side, and lasts no longer."""
EARTH: Final = 6_371.0088
"""Mean radius in kilometres (IUGG)."""

_REFERENCE: Final = re.compile(r"[A-Z0-9][A-Z0-9._/-]*")
_ROME: Final = re.compile(r"[A-N][0-9]{4}")
_INSEE: Final = re.compile(r"[0-9][0-9AB][0-9]{3}")
_BETWEEN: Final = re.compile(r"[\s,;|+]+")


class Wrong(StrEnum):
    """What a value is not."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    REFERENCE = "reference"
    COMMUNE = "commune"
    DAY = "day"
    TOO_FAR = "too-far"
    ORDER = "order"
    PLACES = "places"
    ROME = "rome"
    TWICE = "twice"
    TOO_FEW = "too-few"
    CANCELLED = "cancelled"
    COLUMN = "column"
    UNKNOWN_COLUMN = "unknown-column"
    CELLS = "cells"
    TOO_MANY = "too-many"


class Offer(NamedTuple):
    """What an organisation says of one session; ``rome`` are codes of the ROME nomenclature, by their form alone."""

    reference: str
    title: str
    commune: str
    address: str
    starts_on: date
    ends_on: date
    places: int
    prerequisites: str
    rome: tuple[str, ...]


class Problem(NamedTuple):
    """What is wrong at which line of a file (the header is line 1) and in which of `COLUMNS`; "" for a whole line."""

    line: int
    column: str
    wrong: Wrong


class Reading(NamedTuple):
    """A file as it was understood: each good line with its number, and every problem, in the order of the file."""

    offers: tuple[tuple[int, Offer], ...]
    problems: tuple[Problem, ...]


COLUMNS: Final[Mapping[str, str]] = {
    "reference": "référence",
    "title": "intitulé",
    "commune": "commune",
    "address": "adresse",
    "starts_on": "début",
    "ends_on": "fin",
    "places": "places",
    "prerequisites": "prérequis",
    "rome": "rome",
}
"""Columns of the file by the name of the value, in the order in which they are written."""
_OPTIONAL: Final = frozenset({"address", "prerequisites"})


def folded(text: str) -> str:
    """Lower case, without accents, words separated by one space: what words are searched in."""
    # Decompose, fold, decompose again, so that the result is stable (Unicode 3.13, D145-D146).
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    plain = plain.replace("œ", "oe").replace("æ", "ae")
    return " ".join("".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one)).split())


def line(text: str, longest: int = LONGEST_LINE) -> str | Wrong:
    """One line, spaces made single."""
    found = " ".join(text.split())
    if not found:
        return Wrong.MISSING
    return found if len(found) <= longest else Wrong.TOO_LONG


def optional(text: str, longest: int) -> str | Wrong:
    """The same, or nothing."""
    return line(text, longest) if text.strip() else ""


def reference(text: str) -> str | Wrong:
    """The organisation's own name of a session: capitals, digits, dots, dashes, underscores and slashes."""
    found = text.strip().upper()
    if not found:
        return Wrong.MISSING
    if len(found) > LONGEST_REFERENCE:
        return Wrong.TOO_LONG
    return found if _REFERENCE.fullmatch(found) else Wrong.REFERENCE


def commune(text: str, known: Callable[[str], bool]) -> str | Wrong:
    """A commune by its INSEE code."""
    found = text.strip().upper()
    if not found:
        return Wrong.MISSING
    return found if _INSEE.fullmatch(found) and known(found) else Wrong.COMMUNE


def day(text: str, today: date) -> date | Wrong:
    """A day written 31/12/2026 or 2026-12-31, within three years."""
    said = text.strip()
    if not said:
        return Wrong.MISSING
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            found = datetime.strptime(said, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        return found if abs(found - today) <= FURTHEST else Wrong.TOO_FAR
    return Wrong.DAY


def places(text: str) -> int | Wrong:
    """How many people a session takes."""
    said = text.strip()
    if not said:
        return Wrong.MISSING
    if not (said.isascii() and said.isdigit() and len(said) <= 4):
        return Wrong.PLACES
    return int(said) if 1 <= int(said) <= MOST_PLACES else Wrong.PLACES


def rome(text: str) -> tuple[str, ...] | Wrong:
    """From one to five ROME codes, each once, in the order given."""
    found = tuple(dict.fromkeys(code for code in _BETWEEN.split(text.strip().upper()) if code))
    if not found:
        return Wrong.MISSING
    if len(found) > MOST_ROME or not all(_ROME.fullmatch(code) for code in found):
        return Wrong.ROME
    return found


def order(starts_on: date, ends_on: date) -> Wrong | None:
    """What is wrong with a last day beside the first, if anything is."""
    if ends_on < starts_on:
        return Wrong.ORDER
    return None if ends_on - starts_on <= FURTHEST else Wrong.TOO_FAR


def read(text: str, *, known: Callable[[str], bool], today: date) -> Reading:
    """Read a CSV file with a header, its cells separated by semicolons or commas (RFC 4180 otherwise).

    ``known`` tells whether an INSEE code is a commune's. A file whose header lacks a column has that problem alone.
    """
    stream = io.StringIO(text, newline="")
    first = stream.readline()
    stream.seek(0)
    rows = csv.reader(stream, delimiter=";" if first.count(";") >= first.count(",") else ",")
    header = _next(rows)
    columns = [_COLUMN_NAMES.get(folded(cell), "") for cell in header or ()]
    missing = [Problem(1, name, Wrong.COLUMN) for name in COLUMNS if name not in columns and name not in _OPTIONAL]
    strange = [Problem(1, "", Wrong.UNKNOWN_COLUMN) for name in columns if not name]
    if missing or strange or len(set(columns)) != len(columns):
        return Reading((), (*missing, *strange) or (Problem(1, "", Wrong.UNKNOWN_COLUMN),))
    offers: list[tuple[int, Offer]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, cells in _lines(rows):
        if len(offers) + len(problems) >= MOST_LINES:
            problems.append(Problem(number, "", Wrong.TOO_MANY))
            break
        if cells is None or len(cells) != len(columns):
            problems.append(Problem(number, "", Wrong.CELLS))
            continue
        found = _offer(dict(zip(columns, map(_cell, cells), strict=True)), known, today)
        if isinstance(found, Offer) and found.reference in seen:
            problems.append(Problem(number, "reference", Wrong.TWICE))
        elif isinstance(found, Offer):
            seen.add(found.reference)
            offers.append((number, found))
        else:
            problems.extend(Problem(number, name, wrong) for name, wrong in found)
    return Reading(tuple(offers), tuple(problems))


def _lines(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | None]]:
    """Records that hold something, with the line they begin at; ``None`` for one that is no CSV."""
    number = 2
    while True:
        cells = _next(rows)
        if isinstance(cells, _End):
            return
        if cells is None or any(cell.strip() for cell in cells):
            yield number, cells
        number += 1 + sum(cell.count("\n") for cell in cells or ())


class _End(list[str]):
    """What stands after the last line."""


def _next(rows: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(rows, _End())
    except csv.Error:
        return None


def _cell(text: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from reading it as a formula (see `cell`)."""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


_FORMULA: Final = frozenset("=+-@\t\r")


def cell(text: str) -> str:
    """A text as it is written to a file that a spreadsheet will open: never as a formula (CWE-1236)."""
    return f"'{text}" if text[:1] in _FORMULA else text


def row(offer: Offer) -> tuple[str, ...]:
    """The cells of a session, in the order of `COLUMNS`; `read` gives the same session back."""
    return (
        offer.reference, cell(offer.title), offer.commune, cell(offer.address), f"{offer.starts_on:%d/%m/%Y}",
        f"{offer.ends_on:%d/%m/%Y}", str(offer.places), cell(offer.prerequisites), " ".join(offer.rome),
    )  # fmt: skip


def _offer(
    said: Mapping[str, str], known: Callable[[str], bool], today: date
) -> Offer | tuple[tuple[str, Wrong], ...]:
    named, titled = reference(said["reference"]), line(said["title"])
    where, address = commune(said["commune"], known), optional(said.get("address", ""), LONGEST_LINE)
    starts_on, ends_on = day(said["starts_on"], today), day(said["ends_on"], today)
    count, codes = places(said["places"]), rome(said["rome"])
    prerequisites = optional(said.get("prerequisites", ""), LONGEST_TEXT)
    wrong: list[tuple[str, Wrong]] = [
        (name, value)
        for name, value in (
            ("reference", named), ("title", titled), ("commune", where), ("address", address),
            ("starts_on", starts_on), ("ends_on", ends_on), ("places", count), ("prerequisites", prerequisites),
            ("rome", codes),
        )
        if isinstance(value, Wrong)
    ]  # fmt: skip
    if not isinstance(starts_on, Wrong) and not isinstance(ends_on, Wrong):
        late = order(starts_on, ends_on)
        if late is not None:
            wrong.append(("ends_on", late))
    if (
        wrong  # what follows says so to the type checker
        or isinstance(named, Wrong)
        or isinstance(titled, Wrong)
        or isinstance(where, Wrong)
        or isinstance(address, Wrong)
        or isinstance(starts_on, Wrong)
        or isinstance(ends_on, Wrong)
        or isinstance(count, Wrong)
        or isinstance(prerequisites, Wrong)
        or isinstance(codes, Wrong)
    ):
        return tuple(wrong)
    return Offer(named, titled, where, address, starts_on, ends_on, count, prerequisites, codes)


_COLUMN_NAMES: Final[Mapping[str, str]] = {folded(text): name for name, text in COLUMNS.items()}


class Spot(NamedTuple):
    """A place on Earth, in degrees (WGS 84)."""

    latitude: float
    longitude: float


class Box(NamedTuple):
    """Latitudes and longitudes, in degrees, between which a place may be near enough."""

    south: float
    north: float
    west: float
    east: float


def kilometres(one: Spot, other: Spot) -> float:
    """As the crow flies, on a sphere (haversine formula)."""
    rise = sin(radians(other.latitude - one.latitude) / 2)
    turn = sin(radians(other.longitude - one.longitude) / 2)
    chord = rise * rise + cos(radians(one.latitude)) * cos(radians(other.latitude)) * turn * turn
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def around(spot: Spot, distance: float) -> Box:
    """A box that holds every place within ``distance`` kilometres, away from the poles and the 180th meridian."""
    high = distance / EARTH * 180 / 3.141592653589793
    narrowest = max(0.01, min(cos(radians(min(89.0, abs(spot.latitude) + high))), 1.0))
    wide = high / narrowest
    return Box(spot.latitude - high, spot.latitude + high, spot.longitude - wide, spot.longitude + wide)


def nearest(spot: Spot, spots: Iterable[Spot]) -> Spot | None:
    """The nearest of some places, None of none."""
    return min(spots, key=lambda other: kilometres(spot, other), default=None)
