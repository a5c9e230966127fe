"""Files of people, cut into chunks that are always the same for the same file, and read chunk by chunk.

A chunk can be read by any process from its few numbers, so that workers share a file without passing rows around
and an import that was killed takes up exactly the chunks that are missing.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from operator import and_, itemgetter
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from beffroi.guard.importing.columns import COLUMNS, HeaderRefused, places

CHUNK_ROWS: Final = 4_000
TOGETHER: Final = 256
"""Rows worked on column by column: enough to share each rule's cost, few enough to stay in a processor's cache."""
LONGEST_RECORD: Final = 1 << 20
csv.field_size_limit(LONGEST_RECORD)


class SourceRefused(ValueError):
    """The file cannot be read as an import file; the message says what was expected, never a value."""


class Chunk(NamedTuple):
    """Consecutive rows of a file: where they start, how much they take, and the line of the first.

    ``start`` and ``size`` are bytes for a CSV file, rows for a Parquet file. ``done`` is the share of the file
    read once this chunk is, from 0 to 1.
    """

    number: int
    start: int
    size: int
    first_line: int
    done: float


class Row(NamedTuple):
    """One person as the file gives it; ``values`` in the order of ``COLUMNS``, or None for a row of wrong width."""

    line: int
    values: tuple[str, ...] | None


class Table(NamedTuple):
    """Some rows, by columns: ``columns`` in the order of ``COLUMNS``, each as long as ``lines``, the rows' lines.

    ``malformed`` are the lines of rows of wrong width; ``clean`` says that no text has a control character, tab and
    line ends excepted, or a lone surrogate; when it is false, some may have.
    """

    lines: list[int]
    columns: Sequence[Sequence[str]]
    malformed: list[int]
    clean: bool


class Source(Protocol):
    """What people are read from. It must be possible to pickle it: workers read their chunks by themselves."""

    @property
    def digest(self) -> bytes:
        """32 bytes that name the content: the same content is never imported twice."""
        ...

    @property
    def size(self) -> int:
        """Bytes, or any measure of the whole."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """All chunks, in order; the same at every call."""
        ...

    def rows(self, chunk: Chunk) -> Iterator[Row]:
        """The rows of one chunk. Raises SourceRefused when the content has changed."""
        ...


def tables(source: Source, chunk: Chunk) -> Iterator[Table]:
    """The rows of one chunk, ``TOGETHER`` at a time. Raises SourceRefused as :meth:`Source.rows` does."""
    if isinstance(source, CsvSource):
        yield from source.tables(chunk)
        return
    rows = iter(source.rows(chunk))
    while some := list(islice(rows, TOGETHER)):
        whole = [row for row in some if row.values is not None]
        yield Table(
            [row.line for row in whole],
            _columns([row.values for row in whole if row.values is not None], range(len(COLUMNS))),
            [row.line for row in some if row.values is None],
            clean=False,
        )


def open_source(path: Path) -> "CsvSource | ParquetSource":
    """Read the header of a ``.csv`` or ``.parquet`` file. Raises SourceRefused, HeaderRefused, OSError."""
    if path.suffix == ".csv":
        return CsvSource(path)
    if path.suffix == ".parquet":
        return ParquetSource(path)
    raise SourceRefused("the file name must end in .csv or .parquet")


@dataclass
class _File:
    path: Path
    digest: bytes = field(init=False)
    size: int = field(init=False)
    _changed_at: int = field(init=False)

    def __post_init__(self) -> None:
        with open(self.path, "rb") as file:
            self.digest = hashlib.file_digest(file, "sha256").digest()
        found = self.path.stat()
        self.size, self._changed_at = found.st_size, found.st_mtime_ns

    def refuse_changed(self) -> None:
        found = self.path.stat()
        if (found.st_size, found.st_mtime_ns) != (self.size, self._changed_at):
            raise SourceRefused("the file changed while it was being imported: start again")


@dataclass
class CsvSource(_File):
    """CSV (RFC 4180) in UTF-8, commas or semicolons; lines are counted as an editor counts them."""

    _header_bytes: int = field(init=False)
    _header_lines: int = field(init=False)
    _delimiter: str = field(init=False)
    _width: int = field(init=False)
    _places: list[int] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        with open(self.path, "rb") as file:
            first = file.readline(LONGEST_RECORD)
        self._header_bytes, self._header_lines = len(first), 1
        try:
            text = first.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SourceRefused("the file must be encoded in UTF-8") from None
        self._delimiter = ";" if text.count(";") > text.count(",") else ","
        header = next(csv.reader([text], delimiter=self._delimiter), [])
        self._width, self._places = len(header), places(header)

    def chunks(self) -> Iterator[Chunk]:
        """Ends of records are the line ends outside quotes; a doubled quote inside quotes keeps the count even."""
        start = at = self._header_bytes
        first_line = line = self._header_lines + 1
        number = rows = 0
        quoted = False
        record = 0
        with open(self.path, "rb") as file:
            file.seek(start)
            # Never more lines than rows the chunk lacks: it can only be full at the last of them.
            while lines := list(islice(file, CHUNK_ROWS - rows)):
                if not quoted and _all_records(lines):
                    at, line, rows = at + sum(map(len, lines)), line + len(lines), rows + len(lines)
                    lines = []
                for text in lines:
                    at += len(text)
                    line += 1
                    record += len(text)
                    if record > LONGEST_RECORD:
                        raise SourceRefused(
                            f"line {line - 1}: a record is longer than 1 MiB; is a quote never closed?"
                        )
                    if text.count(b'"') % 2:
                        quoted = not quoted
                    if not quoted:
                        rows, record = rows + 1, 0
                if rows == CHUNK_ROWS:
                    yield Chunk(number, start, at - start, first_line, at / self.size)
                    number, rows, start, first_line = number + 1, 0, at, line
        if quoted:
            raise SourceRefused("the file ends inside quotes: it is cut, or a quote is never closed")
        if at > start:
            yield Chunk(number, start, at - start, first_line, 1.0)

    def rows(self, chunk: Chunk) -> Iterator[Row]:
        """See :meth:`tables`, which is how an import reads."""
        for table in self.tables(chunk):
            found = [Row(line, None) for line in table.malformed]
            found += map(Row, table.lines, zip(*table.columns, strict=True))
            yield from sorted(found, key=itemgetter(0))

    def tables(self, chunk: Chunk) -> Iterator[Table]:
        """Bytes that are no UTF-8 become lone surrogates, which the checks of the rows refuse."""
        self.refuse_changed()
        with open(self.path, "rb") as file:
            file.seek(chunk.start)
            content = file.read(chunk.size)
        clean = not _has_control(content)
        # Decoded line by line: one letter outside Latin-1 would otherwise make every text of the chunk twice as wide.
        texts = map(str, io.BytesIO(content), repeat("utf-8"), repeat("surrogateescape"))
        reader = csv.reader(texts, delimiter=self._delimiter, strict=True)
        line, first, width = chunk.first_line, chunk.first_line, self._width
        ended = False
        while not ended:
            lines: list[int] = []
            whole: list[list[str]] = []
            malformed: list[int] = []
            try:
                for values in reader:
                    if len(values) == width:
                        lines.append(line)
                        whole.append(values)
                    elif values:  # an empty line is no person
                        malformed.append(line)
                    line = first + reader.line_num
                    if len(lines) == TOGETHER:
                        break
                else:
                    ended = True
            except csv.Error:  # misplaced quotes
                malformed.append(line)
                line = first + reader.line_num
            yield Table(lines, _columns(whole, self._places), malformed, clean)


@dataclass
class ParquetSource(_File):
    """Parquet with text columns; the line of a row is its rank plus two, as if a header came first."""

    _places: list[int] = field(init=False)
    _groups: list[int] = field(init=False)

    def __post_init__(self) -> None:
        import pyarrow.parquet  # half a second, which an import of CSV need not wait for

        super().__post_init__()
        try:
            with pyarrow.parquet.ParquetFile(self.path) as file:
                metadata, schema = file.metadata, file.schema_arrow
        except pyarrow.ArrowException:
            raise SourceRefused("the file is not a Parquet file") from None
        if not all(pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) for kind in schema.types):
            raise SourceRefused("every column of the Parquet file must be a text")
        self._places = places(schema.names)
        self._groups = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]

    def chunks(self) -> Iterator[Chunk]:
        """A chunk never spans two row groups: reading one must not decompress another."""
        whole, group_start, number = sum(self._groups), 0, 0
        for rows in self._groups:
            for start in range(group_start, group_start + rows, CHUNK_ROWS):
                size = min(CHUNK_ROWS, group_start + rows - start)
                yield Chunk(number, start, size, start + 2, (start + size) / whole)
                number += 1
            group_start += rows

    def rows(self, chunk: Chunk) -> Iterator[Row]:
        """Rows of a part of one row group; a null is an empty text."""
        import pyarrow.parquet

        self.refuse_changed()
        place, before = 0, 0
        while before + self._groups[place] <= chunk.start:
            before += self._groups[place]
            place += 1
        with pyarrow.parquet.ParquetFile(self.path) as file:
            table = file.read_row_group(place).slice(chunk.start - before, chunk.size)
        texts = [[value or "" for value in column.to_pylist()] for column in table.columns]
        empty = [""] * chunk.size
        ordered = [texts[column] if column >= 0 else empty for column in self._places]
        for line, values in enumerate(zip(*ordered, strict=True), chunk.first_line):
            yield Row(line, values)


def _columns(rows: Sequence[Sequence[str]], order: Iterable[int]) -> list[Sequence[str]]:
    """The columns of ``COLUMNS``: where each is in the rows, or -1 for one that is not there."""
    present = list(zip(*rows, strict=True))
    empty = [""] * len(rows)
    return [present[place] if place >= 0 and rows else empty for place in order]


def _all_records(lines: Sequence[bytes]) -> bool:
    """Whether each line is a record of its own, and none too long: true of most files, and quick to see."""
    odd = map(and_, map(bytes.count, lines, repeat(b'"')), repeat(1))
    return max(map(len, lines)) <= LONGEST_RECORD and not any(odd)


_CONTROL: Final = bytes({*range(32), 127} - set(b"\t\n\r"))
_OTHER_CONTROL: Final = re.compile(rb"\xc2[\x80-\x9f]")  # U+0080 to U+009F in UTF-8


def _has_control(content: bytes) -> bool:
    """Whether these bytes are no UTF-8 or have a control character: for a million bytes at once."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return len(content.translate(None, _CONTROL)) < len(content) or _OTHER_CONTROL.search(content) is not None


__all__ = [
    "Chunk", "CsvSource", "HeaderRefused", "ParquetSource", "Row", "Source", "SourceRefused", "Table", "open_source",
    "tables",
]  # fmt: skip
