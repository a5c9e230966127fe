"""The four kinds of file: a day, and what a whole month becomes.

The encodings were chosen by measure (docs/decisions/0028): numbers that grow are written as differences; ids and
codes by dictionaries as large as a row group, which is what brings the three monthly files under 45 bytes an entry.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.guard.retention.columns import OCSF

CODES: Final = ("kind", "groups", "application", "role", "purpose", "explanation", "policy")
_DIFFERENCES: Final = {"entry": "DELTA_BINARY_PACKED", "time_us": "DELTA_BINARY_PACKED"}


class Layout(StrEnum):
    """What a file holds, and in which order."""

    DAY = "day"
    """One day, whole, in time order; a Bloom filter tells which days name a person."""
    TIME = "time"
    """One month, whole, in time order; the days go when it is there."""
    ACCOUNT = "account"
    """The openings of one month, by account."""
    PERSON = "person"
    """The openings of one month, by person."""


class Shape(NamedTuple):
    """Columns, order, most rows of a row group, and how columns are written."""

    columns: tuple[str, ...]
    order: tuple[str, ...]
    rows: int
    encodings: Mapping[str, str]
    dictionaries: tuple[str, ...]


def _shape(left_out: frozenset[str], order: tuple[str, ...], rows: int, plain: frozenset[str]) -> Shape:
    columns = tuple(name for name in OCSF if name not in left_out)
    dictionaries = tuple(name for name in columns if name not in plain and name not in _DIFFERENCES)
    return Shape(
        columns, order, rows, _DIFFERENCES | dict.fromkeys(sorted(plain & set(columns)), "PLAIN"), dictionaries
    )


SHAPES: Final[Mapping[Layout, Shape]] = {
    Layout.DAY: _shape(frozenset(), ("time_us", "entry"), 1 << 18, frozenset({"person", "detail"})),
    # Row groups of four million: what costs is the dictionary of persons, and a month has about a million.
    Layout.TIME: _shape(frozenset(), ("time_us", "entry"), 1 << 22, frozenset({"detail"})),
    Layout.ACCOUNT: _shape(
        frozenset({"role", "purpose", "explanation", "policy", "detail"}),
        ("account", "time_us", "entry"), 1 << 18, frozenset(),
    ),
    Layout.PERSON: _shape(
        frozenset({"session", "policy", "detail"}), ("person", "time_us", "entry"), 1 << 17, frozenset({"person"})
    ),
}  # fmt: skip

OPENINGS_ONLY: Final = frozenset({Layout.ACCOUNT, Layout.PERSON})
"""Layouts that hold the entries of releasing kinds alone."""
