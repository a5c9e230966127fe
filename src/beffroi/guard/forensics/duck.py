"""DuckDB: the engine inside the process. It reads the folder of files and nothing else of the host."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from beffroi.guard.forensics.engines import EngineRefused, Task

_ROWS: Final = 1 << 16


class Duck:
    """One engine; ``threads`` of them, at most so much memory (``2GB``)."""

    def __init__(self, folder: Path, *, threads: int = 2, memory: str = "2GB") -> None:
        self._engine = duckdb.connect()
        self._engine.execute(f"SET threads = {int(threads)}")
        self._engine.execute(f"SET memory_limit = {_text(memory)}")
        self._engine.execute("SET preserve_insertion_order = false")
        self._engine.execute("SET parquet_metadata_cache = true")
        self._engine.execute(f"SET allowed_directories = [{_text(str(folder))}]")
        self._engine.execute("SET enable_external_access = false")
        self._engine.execute("SET lock_configuration = true")

    def run(self, task: Task) -> Iterator[pa.RecordBatch]:
        """As :class:`beffroi.guard.forensics.engines.Engine`."""
        columns = ", ".join(task.columns)
        parts = [f"SELECT {columns} FROM hot"]
        if task.paths:
            listed = ", ".join(map(_text, task.paths))
            parts.append(f"SELECT {columns} FROM read_parquet([{listed}])")
        with self._engine.cursor() as cursor:
            try:
                cursor.register("hot", task.hot)
                cursor.register("scope", task.scope)
                cursor.execute(f"CREATE TEMP VIEW opening AS {' UNION ALL '.join(parts)}")
                for found in cursor.sql(task.text, params=list(task.values)).to_arrow_reader(_ROWS):
                    yield found.cast(task.answer)
            except duckdb.Error as error:
                raise EngineRefused(f"DuckDB could not answer: {type(error).__name__}.") from error

    def close(self) -> None:
        """As :class:`beffroi.guard.forensics.engines.Engine`."""
        self._engine.close()


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
