"""The two questions about the past, as values; their SQL is in ``sql/``, the same text for every engine."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

import pyarrow as pa

from beffroi.guard.named_sql import texts_beside
from beffroi.guard.retention.columns import OCSF
from beffroi.guard.retention.layouts import Layout


class By(StrEnum):
    """Whose readings are asked for."""

    ACCOUNT = "account"
    ORGANISATION = "organisation"
    SESSION = "session"
    APPLICATION = "application"


class Readers(NamedTuple):
    """Whom did these read from ``from_at`` to ``until_at`` (excluded)? ``ids`` are UUIDs, or applications' codes."""

    by: By
    ids: tuple[str, ...]
    from_at: datetime
    until_at: datetime


class ReadBy(NamedTuple):
    """Who read this person from ``from_at`` to ``until_at`` (excluded)?"""

    person: str
    from_at: datetime
    until_at: datetime


Question = Readers | ReadBy


_read: Final = texts_beside(__name__)
READERS: Final[Mapping[By, str]] = {by: _read(f"readers_by_{by.value}") for by in By}
READ_BY: Final = _read("read_by")
HOT: Final = _read("hot")
HOT_COLUMNS: Final = (
    "time_us", "entry", "kind", "person", "groups", "account", "session", "organisation", "application", "role",
    "purpose", "explanation",
)  # fmt: skip
"""Columns that the hot rows of a question come with, in the order of ``hot.sql``."""

SEEN: Final[Mapping[type[Question], tuple[str, ...]]] = {
    Readers: ("time_us", "kind", "person", "groups", "account", "session", "organisation", "application"),
    ReadBy: tuple(name for name in HOT_COLUMNS if name != "session"),
}
"""Columns of the relation ``opening`` that a question reads."""
SORTED: Final[Mapping[type[Question], Layout]] = {Readers: Layout.ACCOUNT, ReadBy: Layout.PERSON}
"""The monthly layout that serves a question best."""

_PEOPLE: Final = pa.schema(
    [pa.field("person", pa.binary()), pa.field("groups", pa.int32()), pa.field("openings", pa.int64())]
)
_OPENINGS: Final = pa.schema(
    [
        pa.field(name, pa.binary() if OCSF[name][0] == pa.binary(16) else OCSF[name][0])
        for name in HOT_COLUMNS
        if name not in ("person", "session")
    ]
)
ANSWERS: Final[Mapping[type[Question], pa.Schema]] = {Readers: _PEOPLE, ReadBy: _OPENINGS}
"""Columns of an answer."""
