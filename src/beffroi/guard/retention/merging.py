"""A month out of its days: the same rows in one time order, and its openings by account and by person."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import pyarrow as pa

from beffroi.core.disclosure import RELEASING
from beffroi.guard.retention.catalogue import ColdFile
from beffroi.guard.retention.columns import schema
from beffroi.guard.retention.layouts import OPENINGS_ONLY, SHAPES, Layout

_ROWS: Final = 1 << 17
_MEMORY: Final = "2GB"
"""What sorting a month may hold in memory; the rest goes through the folder of files."""


class Month(NamedTuple):
    """A month whose days are all there, and the layouts it has already."""

    from_at: datetime
    until_at: datetime
    days: tuple[ColdFile, ...]
    there: frozenset[Layout]


def due(files: Sequence[ColdFile]) -> list[Month]:
    """Months whose every day since the first file is there and which lack a layout, the oldest first."""
    days = sorted((one for one in files if one.layout is Layout.DAY), key=lambda one: one.from_at)
    found = []
    for first in sorted({one.from_at.replace(day=1) for one in days}):
        until = (first + timedelta(days=32)).replace(day=1)
        there = frozenset(one.layout for one in files if one.layout is not Layout.DAY and one.until_at == until)
        of_month = tuple(one for one in days if first <= one.from_at < until)
        whole = of_month[-1].until_at == until and len(of_month) == (until - of_month[0].from_at).days
        # Of the month in which the journal begins only the days that it lived are asked for.
        begins = of_month[0].from_at == min(one.from_at for one in files)
        if whole and (begins or of_month[0].from_at == first) and len(there) < len(SHAPES) - 1:
            found.append(Month(of_month[0].from_at, until, of_month, there))
    return found


def batches(paths: Sequence[str], layout: Layout, folder: Path) -> Iterator[pa.RecordBatch]:
    """Rows of some days, the oldest first, in the order of a layout, with its columns."""
    shape = SHAPES[layout]
    where = f"WHERE person IS NOT NULL AND kind IN ({_listed(RELEASING)})" if layout in OPENINGS_ONLY else ""
    with closing(duckdb.connect()) as engine:
        engine.execute(f"SET memory_limit = '{_MEMORY}'")
        engine.execute("SET temp_directory = ?", [str(folder / ".spill")])
        # Days follow one another and are in time order, each: what is read in order needs no sorting.
        order = "" if layout is Layout.TIME else f"ORDER BY {', '.join(shape.order)}"
        rows = engine.sql(
            f"SELECT {', '.join(shape.columns)} FROM read_parquet(?) {where} {order}", params=[list(paths)]
        )
        for found in rows.to_arrow_reader(_ROWS):
            yield found.cast(schema(shape.columns))


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in sorted(texts))
