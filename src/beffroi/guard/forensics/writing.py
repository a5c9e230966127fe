"""An answer as a file: CSV (RFC 4180) or Parquet, written as it comes; ids as text, field groups by name."""

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final, Protocol

import pyarrow as pa
from pyarrow import parquet

from beffroi.core.fields import names
from beffroi.guard.forensics.questions import ANSWERS, Question
from beffroi.guard.retention.columns import instant


class Writer(Protocol):
    """Takes an answer batch by batch."""

    def take(self, batch: pa.RecordBatch) -> None:
        """Write some rows more."""
        ...


def columns(asked: type[Question]) -> tuple[str, ...]:
    """Columns of the file: ``at`` in place of ``time_us``."""
    return tuple("at" if name == "time_us" else name for name in ANSWERS[asked].names)


def readable(batch: pa.RecordBatch) -> list[Sequence[Any]]:
    """The columns of a batch as people read them: UUIDs, names of groups joined by ``+``, instants in ISO 8601."""
    return [
        list(map(_READ.get(field.name, _ID if pa.types.is_binary(field.type) else _as_it_is), column.to_pylist()))
        for field, column in zip(batch.schema, batch.columns, strict=True)
    ]


def uuid_text(value: bytes | None) -> str | None:
    """A UUID's 16 bytes in its canonical form."""
    if value is None:
        return None
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@lru_cache(maxsize=256)
def groups_text(mask: int) -> str:
    """Names of field groups, joined; empty when nothing but the knowledge that somebody is known."""
    return "+".join(names(mask))


def _as_it_is(value: Any) -> Any:
    return value


_ID: Final[Callable[[Any], Any]] = uuid_text
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "groups": groups_text,
    "time_us": lambda value: instant(value).isoformat(),
}


class _Csv:
    def __init__(self, asked: type[Question], stream: IO[str]) -> None:
        self._writer = csv.writer(stream)
        self._writer.writerow(columns(asked))

    def take(self, batch: pa.RecordBatch) -> None:
        self._writer.writerows(zip(*readable(batch), strict=True))


class _Parquet:
    def __init__(self, asked: type[Question], writer: parquet.ParquetWriter) -> None:
        self._writer, self._names = writer, columns(asked)

    def take(self, batch: pa.RecordBatch) -> None:
        arrays = [pa.array(values, kind) for values, kind in zip(readable(batch), _kinds(batch.schema), strict=True)]
        self._writer.write_table(pa.table(arrays, names=list(self._names)))


def _kinds(schema: pa.Schema) -> list[pa.DataType]:
    return [
        pa.int64() if field.name in ("entry", "openings") else pa.string() for field in schema
    ]  # all the rest is text


@contextmanager
def opened(asked: type[Question], form: str, output: Path | None) -> Iterator[Writer]:
    """A writer of ``csv`` or ``parquet``. A named file is in its place only once it is whole."""
    if output is None:
        yield _Csv(asked, sys.stdout)
        sys.stdout.flush()
        return
    partial = output.with_name(f".{output.name}.part")
    try:
        if form == "csv":
            with partial.open("w", encoding="utf-8", newline="") as stream:
                yield _Csv(asked, stream)
        else:
            schema = pa.schema(list(zip(columns(asked), _kinds(ANSWERS[asked]), strict=True)))
            with parquet.ParquetWriter(partial, schema, compression="zstd") as writer:
                yield _Parquet(asked, writer)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
