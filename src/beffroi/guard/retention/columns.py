"""Columns of the journal's files, and the exact way between them and a row of ``guard.journal``.

Signed integers, texts and 16-byte ids only: any engine that reads Parquet reads these. Ids are the 16 bytes of the
UUID (RFC 9562) without a logical type, which Spark would refuse. ``time_us`` is in microseconds since 1970, UTC,
PostgreSQL's own precision, so that a row comes back exactly as it was. A file says in its metadata where OCSF 1.6
(class 6005, Datastore Activity) has each column; docs/reference/journal-files.md is the same table in words.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

ID: Final = pa.binary(16)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

OCSF: Final[Mapping[str, tuple[pa.DataType, str]]] = {
    "time_us": (pa.int64(), "time"),
    "entry": (pa.int64(), "metadata.sequence"),
    "kind": (pa.string(), "metadata.event_code"),
    "person": (ID, "resources[].uid"),
    "groups": (pa.int32(), "resources[].data.groups"),
    "account": (ID, "actor.user.uid"),
    "session": (ID, "actor.session.uid"),
    "organisation": (ID, "actor.user.org.uid"),
    "application": (pa.string(), "actor.app_uid"),
    "role": (pa.string(), "actor.user.type"),
    "purpose": (pa.string(), "unmapped.purpose"),
    "explanation": (pa.string(), "status_detail"),
    "policy": (pa.string(), "metadata.product.version"),
    "detail": (pa.string(), "unmapped.detail"),
}
"""Columns in the order of a file, with their type and their place in OCSF."""

NEVER_NULL: Final = frozenset({"time_us", "entry", "kind", "groups"})
SELECTED: Final = ", ".join(("at" if name == "time_us" else name) for name in OCSF)
"""What to select of ``guard.journal``, in the order of the columns."""


def schema(names: Sequence[str]) -> pa.Schema:
    """The Arrow schema of a file with these columns; its metadata goes into the file."""
    fields = [pa.field(name, OCSF[name][0], nullable=name not in NEVER_NULL) for name in names]
    said = {"beffroi": "journal/1", "ocsf.version": "1.6.0", "ocsf.class_uid": "6005"}
    return pa.schema(fields, metadata=said | {f"ocsf.{name}": OCSF[name][1] for name in names})


def micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - EPOCH) // _MICROSECOND


def instant(time_us: int) -> datetime:
    """The instant of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=time_us)


def batch(rows: Sequence[Sequence[Any]], names: Sequence[str] = tuple(OCSF)) -> pa.RecordBatch:
    """Rows of PostgreSQL, their values in the order of ``names``, as Arrow."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.RecordBatch.from_arrays(
        [_array(name, values) for name, values in zip(names, columns, strict=True)], schema=schema(names)
    )


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    kind = OCSF[name][0]
    if name == "time_us":
        return pa.array([micros(at) for at in values], kind)
    if kind == ID:
        return pa.array([None if value is None else value.bytes for value in values], kind)
    return pa.array(values, kind)


def journal_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """One row of a file as it stands in ``guard.journal``, by its column names there."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        if name == "time_us":
            row["at"] = instant(value)
        else:
            row[name] = UUID(bytes=value) if OCSF[name][0] == ID and value is not None else value
    return row
