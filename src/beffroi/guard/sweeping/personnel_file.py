"""The personnel file: who left or will, as a human-resources program writes it. A text in, lines and errors out.

CSV (RFC 4180) in UTF-8 with a header; separated by commas or semicolons. Two columns are read, by name, whatever
their order: the professional address and the last day of work. Others are ignored.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Final, NamedTuple

from beffroi.core.normalisation import NormalisationRefusal, email_key

CHARACTERS: Final = 200_000
"""Characters of a file at most; the guard's bodies are limited to 256 KiB."""
LINES: Final = 5_000
ADDRESS: Final = ("email", "e-mail", "mail", "adresse", "adresse professionnelle", "address")
LAST_DAY: Final = ("last_day", "last day", "dernier_jour", "dernier jour", "date de sortie", "date de depart")
_DAYS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{2})/(?P<month>\d{2})/(?P<year>\d{4})"),
)


class Leaving(NamedTuple):
    """One line that could be read: an address in its normal form, and the last day of work."""

    line: int
    address: str
    last_day: date

    def __repr__(self) -> str:
        return f"Leaving(line={self.line}, «redacted»)"


class Problem(NamedTuple):
    """One thing wrong: its line (the header is line 1), the field, what was expected; never what was found."""

    line: int
    field: str
    expected: str


class PersonnelFile(NamedTuple):
    """What a text holds; with a problem of line 1 no line could be read."""

    lines: tuple[Leaving, ...]
    problems: tuple[Problem, ...]


def read(text: str) -> PersonnelFile:
    """Read a personnel file. An address named twice is a problem of the second line."""
    if len(text) > CHARACTERS:
        return _refused("file", "too-large")
    text = text.removeprefix("\ufeff")
    header, _, _ = text.partition("\n")
    separator = ";" if header.count(";") > header.count(",") else ","
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[Leaving] = []
    problems: list[Problem] = []
    places: tuple[int, int] | None = None
    try:
        for row in rows:
            if places is None:
                places = _places(row)
                if places is None:
                    return _refused("header", "columns")
            elif any(cell.strip() for cell in row):
                if len(lines) + len(problems) >= LINES:
                    problems.append(Problem(rows.line_num, "file", "too-many-lines"))
                    break
                found = _line(row, rows.line_num, places)
                (lines if isinstance(found, Leaving) else problems).append(found)  # type: ignore[arg-type]
    except csv.Error:
        problems.append(Problem(rows.line_num, "file", "csv"))
    return _once(lines, problems) if places is not None else _refused("header", "columns")


def listed(people: Iterable[tuple[int, str, date]]) -> PersonnelFile:
    """The same of a list: place, address and last day of each person."""
    lines: list[Leaving] = []
    problems: list[Problem] = []
    for place, text, last_day in people:
        address = email_key(text)
        if isinstance(address, NormalisationRefusal):
            problems.append(Problem(place, "email", "address"))
        else:
            lines.append(Leaving(place, address, last_day))
    return _once(lines, problems)


def _once(lines: Iterable[Leaving], problems: Iterable[Problem]) -> PersonnelFile:
    """Each address once: of two lines nobody knows which is right, so the second is said to be wrong."""
    kept: dict[str, Leaving] = {}
    found = list(problems)
    for one in lines:
        if kept.setdefault(one.address, one) is not one:
            found.append(Problem(one.line, "email", "named-once"))
    return PersonnelFile(tuple(kept.values()), tuple(sorted(found)))


def _refused(field: str, expected: str) -> PersonnelFile:
    return PersonnelFile((), (Problem(1, field, expected),))


def _places(header: Sequence[str]) -> tuple[int, int] | None:
    names = [name.strip().lower() for name in header]
    found = [[place for place, name in enumerate(names) if name in wanted] for wanted in (ADDRESS, LAST_DAY)]
    return (found[0][0], found[1][0]) if [len(places) for places in found] == [1, 1] else None


def _line(row: Sequence[str], line: int, places: tuple[int, int]) -> Leaving | Problem:
    if len(row) <= max(places):
        return Problem(line, "line", "every-column")
    address = email_key(row[places[0]])
    if isinstance(address, NormalisationRefusal):
        return Problem(line, "email", "address")
    last_day = _day(row[places[1]].strip())
    return Problem(line, "last_day", "day") if last_day is None else Leaving(line, address, last_day)


def _day(text: str) -> date | None:
    for shape in _DAYS:
        if match := shape.fullmatch(text):
            try:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                return None
    return None
