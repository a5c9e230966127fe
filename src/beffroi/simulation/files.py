"""Writing invented people as an import file (CSV or Parquet), the same that an organisation would provide.

Columns, all text, empty when unknown, in this order: ``person_id`` (UUID; may be empty in a real file),
``last_name``, ``birth_name``, ``first_names`` (comma between two), ``birth_date`` (YYYY-MM-DD), ``sex`` (F,
M), ``birth_place``, ``nationality``, ``nir`` (fifteen characters), ``agency_id``, ``email``, ``phone``,
``address_line``, ``postcode``, ``commune_code`` (INSEE), ``city``, ``situation``, ``education_level``,
``housing``, ``mobility``, ``programme``, ``notes``, ``training_title``, ``training_status``,
``training_starts_on``, ``legal_representative_last_name``, ``legal_representative_first_name``,
``legal_representative_phone``, ``legal_representative_email``, ``follower_organisation`` (code),
``referent`` (login), ``training_organisation`` (code).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow
import pyarrow.parquet

from beffroi.simulation.people import FOLLOWED, Person, Record

COLUMNS: tuple[str, ...] = (
    "person_id", *Person._fields[1:], "follower_organisation", "referent", "training_organisation",
)  # fmt: skip
_BATCH = 10_000
Progress = Callable[[int], None]


def row(record: Record) -> tuple[str, ...]:
    """The texts of one line, in the order of :data:`COLUMNS`."""
    person = record.person
    follower = referent = training = ""
    for relation in record.relations:
        if relation.kind == FOLLOWED:
            follower, referent = relation.organisation_code, relation.referent_login or ""
        else:
            training = relation.organisation_code
    return (*person[:4], person.birth_date.isoformat(), *person[5:], follower, referent, training)


def write_people(records: Iterable[Record], path: Path, progress: Progress | None = None) -> int:
    """Write a new file readable by its owner only; suffix ``.csv`` (UTF-8, commas) or ``.parquet``.

    Returns the number of people; ``progress`` is told it as it grows. Raises ValueError for another
    suffix and FileExistsError when the file exists.
    """
    if path.suffix not in {".csv", ".parquet"}:
        raise ValueError("the file name must end in .csv or .parquet")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if path.suffix == ".csv":
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            return _write_csv(records, stream, progress)
    with os.fdopen(descriptor, "wb") as binary:
        schema = pyarrow.schema([(name, pyarrow.string()) for name in COLUMNS])
        written = 0
        with pyarrow.parquet.ParquetWriter(binary, schema, compression="zstd") as writer:
            for batch in _batches(records):
                columns = [pyarrow.array(column, pyarrow.string()) for column in zip(*batch, strict=True)]
                writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))
                written += len(batch)
                if progress is not None:
                    progress(written)
        return written


def _write_csv(records: Iterable[Record], stream: TextIO, progress: Progress | None) -> int:
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    written = 0
    for batch in _batches(records):
        writer.writerows(batch)
        written += len(batch)
        if progress is not None:
            progress(written)
    return written


def _batches(records: Iterable[Record]) -> Iterator[list[tuple[str, ...]]]:
    lines = map(row, records)
    while batch := list(islice(lines, _BATCH)):
        yield batch
