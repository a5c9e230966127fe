"""Values that the components of `templatetags.components` draw. Labels come translated; everything is escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Crumb:
    """A step of the breadcrumb; the page one is on has no `url`."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """A tab is a link to another page; `count` is shown beside the label when not None."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table; `numeric` ones are aligned on their units."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Cell:
    """Content of a cell: a text, a link when `url` is set, a badge when `tone` is set."""

    text: str | SafeString
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table whose first column names the row. A row may hold plain texts in place of `Cell`."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str]]
    caption_hidden: bool = False

    def cells(self) -> list[list[tuple[Column, Cell]]]:
        """Rows as (column, cell) pairs. Raises ValueError on a row of another length than the columns."""
        return [
            [
                (column, cell if isinstance(cell, Cell) else Cell(cell))
                for column, cell in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Entry:
    """A term and its value in a definition list.

    `masked` says why the value is not shown in full: it is then followed by that explanation. An empty `value`
    reads « Non renseigné ».
    """

    term: str
    value: str | SafeString = ""
    masked: str = ""
    note: str = ""


@dataclass(frozen=True)
class Event:
    """A point of a timeline; `at` is aware UTC; `tone` is one of the badge tones."""

    at: datetime
    title: str
    text: str = ""
    tone: str = "neutral"


TONES: Mapping[str, str] = {
    "neutral": "",
    "info": "info",
    "success": "check",
    "warning": "warning",
    "danger": "danger",
    "accent": "",
}
