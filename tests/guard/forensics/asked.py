"""Questions put to an engine in tests, and what the oracle says to the same."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow as pa

from beffroi.core.disclosure import RELEASING
from beffroi.guard.forensics import asking
from beffroi.guard.forensics.engines import Engine
from beffroi.guard.forensics.questions import HOT_COLUMNS, Question, ReadBy
from beffroi.guard.forensics.sources import Sources, plan
from beffroi.guard.journal import Entry
from beffroi.guard.retention import merging
from beffroi.guard.retention.catalogue import OPENINGS, ColdFile, Verified
from beffroi.guard.retention.columns import OCSF, batch, schema
from beffroi.guard.retention.exporting import DAY, day_of
from beffroi.guard.retention.layouts import OPENINGS_ONLY, Layout
from beffroi.guard.retention.writing import write
from spec.readings import read_by, readers


def rows_of(entries: list[Entry]) -> list[dict[str, Any]]:
    """Entries as rows of the journal: numbered, ids as UUIDs."""
    return [
        {"entry": number, **{name: _id(name, value) for name, value in entry._asdict().items()}}
        for number, entry in enumerate(entries, 1)
    ]


def _id(name: str, value: Any) -> Any:
    return UUID(value) if value is not None and OCSF.get(name, (None,))[0] == pa.binary(16) else value


def lay_out(folder: Path, journal: list[dict[str, Any]], until: datetime, merged: bool) -> list[ColdFile]:
    """Days before ``until`` as files; with ``merged``, also one month of each layout over all of them."""
    days: list[ColdFile] = []
    day = day_of(journal[0]["at"])
    while day < until:
        rows = [row for row in journal if day <= row["at"] < day + DAY]
        name = f"{day:%Y-%m-%d}.parquet"
        what = write(folder / name, Layout.DAY, [batch(_values(rows, tuple(OCSF)))])
        days.append(_file(name, Layout.DAY, day, day + DAY, what))
        day += DAY
    if not merged or not days:
        return days
    paths = [str(folder / one.name) for one in days]
    months = [
        _file(
            name, layout, days[0].from_at, until, write(folder / name, layout, merging.batches(paths, layout, folder))
        )
        for layout in (Layout.TIME, Layout.ACCOUNT, Layout.PERSON)
        for name in [f"month.{layout.value}.parquet"]
    ]
    return [*days[: len(days) // 2], *months]


def _file(name: str, layout: Layout, from_at: datetime, until_at: datetime, what: Any) -> ColdFile:
    kinds = OPENINGS if layout in OPENINGS_ONLY else ""
    return ColdFile(
        str(uuid4()), name, layout, from_at, until_at, what.rows, what.first, what.last, what.size, what.sha256,
        kinds, until_at,
    )  # fmt: skip


def _values(rows: list[dict[str, Any]], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row["at" if name == "time_us" else name] for name in names) for row in rows]


def gathered(files: list[ColdFile], journal: list[dict[str, Any]], question: Question) -> Sources:
    """What the product gathers, the database being a list."""
    planned = plan(files, question)
    hot = [
        row
        for from_at, until_at in planned.hot
        for row in journal
        if from_at <= row["at"] < until_at and row["kind"] in RELEASING and row["person"] is not None
    ]
    table = pa.Table.from_batches([batch(_values(hot, HOT_COLUMNS), HOT_COLUMNS)], schema(HOT_COLUMNS))
    return Sources(planned.files, table, None)


def answered(engine: Engine, folder: Path, question: Question, sources: Sources) -> list[dict[str, Any]]:
    """Rows of the answer, in an order of their own."""
    found = [row for part in asking.run(engine, question, sources, folder, Verified()) for row in part.to_pylist()]
    return sorted(found, key=repr)


def expected(journal: list[dict[str, Any]], question: Question) -> list[dict[str, Any]]:
    """The oracle's answer in the same form."""
    if isinstance(question, ReadBy):
        rows = [
            {
                name: _plain(row["at" if name == "time_us" else name])
                for name in HOT_COLUMNS
                if name not in ("person", "session")
            }
            for row in read_by(journal, UUID(question.person), question.from_at, question.until_at)
        ]
        return sorted(rows, key=repr)
    ids = question.ids if question.by.value == "application" else [UUID(one) for one in question.ids]
    told = readers(journal, question.by.value, ids, question.from_at, question.until_at)
    return sorted(
        ({"person": person.bytes, "groups": read.groups, "openings": read.openings} for person, read in told.items()),
        key=repr,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp()) * 1_000_000 + value.microsecond
    return value.bytes if isinstance(value, UUID) else value
