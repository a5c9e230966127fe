"""What answers a question: DuckDB inside this process, or a Spark cluster at the other end of Spark Connect."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import pyarrow as pa


class Task(NamedTuple):
    """One question as an engine takes it: its text, the values of its ``?``, and the relations that it names.

    ``paths`` are Parquet files and ``hot`` rows of the database, of which ``columns`` make the relation ``opening``;
    ``scope`` is a relation of its own.
    """

    text: str
    values: Sequence[int | bytes]
    columns: tuple[str, ...]
    paths: Sequence[str]
    hot: pa.Table
    scope: pa.Table
    answer: pa.Schema


class Engine(Protocol):
    """Runs tasks, one at a time."""

    def run(self, task: Task) -> Iterator[pa.RecordBatch]:
        """Rows of the answer, in no order. Raises EngineRefused."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class EngineRefused(RuntimeError):
    """The engine is not there, or could not answer; the message says which."""
