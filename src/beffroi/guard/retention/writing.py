"""One file of the journal, written whole or not at all."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from beffroi.guard.retention.columns import schema
from beffroi.guard.retention.layouts import CODES, SHAPES, Layout

_LARGEST_DICTIONARY: Final = 1 << 30
"""Bytes of a dictionary page: never the reason to fall back to plain values."""
_FALSE_POSITIVES: Final = 0.01
_PIECE: Final = 1 << 20


class Written(NamedTuple):
    """What a file holds: bytes, SHA-256, rows, first and last entry number (0 when it has no row)."""

    size: int
    sha256: bytes
    rows: int
    first: int
    last: int


def write(path: Path, layout: Layout, batches: Iterable[pa.RecordBatch]) -> Written:
    """Write a file in its place once it is complete and on the disk. Raises OSError.

    Batches come in the order of the layout, with its columns. A file that was there under this name is replaced.
    """
    partial = path.with_name(f".{path.name}.part")
    rows, first, last = 0, 0, 0
    try:
        with _Writer(partial, layout) as writer:
            for batch in batches:
                if batch.num_rows:
                    low, high = pc.min_max(batch.column("entry")).as_py().values()
                    first, last = min(first or low, low), max(last, high)
                    rows += batch.num_rows
                    writer.take(batch)
        size, digest = _settled(partial)
        partial.replace(path)
        _settle_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)
    return Written(size, digest, rows, first, last)


def sha256_of(path: Path) -> bytes:
    """SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


class _Writer:
    """Gathers batches into row groups of the size the layout wants: Arrow would make one of each batch."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._shape = SHAPES[layout]
        self._schema = schema(self._shape.columns)
        self._path, self._layout = path, layout
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._writer: parquet.ParquetWriter | None = None

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and (self._rows or self._writer is None):
            self._flush(self._rows)
        if self._writer is not None:
            self._writer.close()

    def take(self, batch: pa.RecordBatch) -> None:
        """One more batch."""
        columns = [
            pc.dictionary_encode(batch.column(name)) if name in CODES and name != "groups" else batch.column(name)
            for name in self._shape.columns
        ]  # texts that repeat are held once
        self._waiting.append(pa.RecordBatch.from_arrays(columns, names=list(self._shape.columns)))
        self._rows += batch.num_rows
        while self._rows >= self._shape.rows:
            self._flush(self._shape.rows)

    def _flush(self, rows: int) -> None:
        if not self._waiting:
            self._begin(0).write_table(self._schema.empty_table())
            return
        table = pa.Table.from_batches(self._waiting).unify_dictionaries()
        self._begin(rows).write_table(table.slice(0, rows).cast(self._dictionaried(table)), row_group_size=rows)
        rest = table.slice(rows)
        self._waiting, self._rows = rest.to_batches(), rest.num_rows

    def _dictionaried(self, table: pa.Table) -> pa.Schema:
        fields = [self._schema.field(name).with_type(table.schema.field(name).type) for name in self._shape.columns]
        return pa.schema(fields, metadata=self._schema.metadata)

    def _begin(self, rows: int) -> parquet.ParquetWriter:
        if self._writer is None:
            bloom = {"person": {"ndv": max(rows, 1), "fpp": _FALSE_POSITIVES}} if self._layout is Layout.DAY else None
            fields = self._schema
            if self._waiting:
                fields = self._dictionaried(pa.Table.from_batches(self._waiting[:1]))
            self._writer = parquet.ParquetWriter(
                self._path, fields, compression="zstd", compression_level=3, store_schema=False,
                column_encoding=dict(self._shape.encodings), use_dictionary=list(self._shape.dictionaries),
                dictionary_pagesize_limit=_LARGEST_DICTIONARY, bloom_filter_options=bloom,
                write_page_checksum=True,
            )  # fmt: skip
        return self._writer


def _settled(path: Path) -> tuple[int, bytes]:
    """Size and digest of a file, once it is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").digest()
        return file.tell(), digest


def _settle_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
