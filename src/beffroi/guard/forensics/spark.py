"""Apache Spark through Spark Connect: the same texts over the same files, past one machine.

The cluster's workers see the folder of files at the same path (a shared disk, or a mount of the object store).
"""

import socket
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow as pa

from beffroi.guard.forensics.engines import EngineRefused, Task

_PORT: Final = 15002
_PATIENCE: Final = 5.0
"""Seconds to wait for a connection; the client alone would try again for ten minutes."""


class Spark:
    """A session at ``remote`` (``sc://host:15002``). Raises EngineRefused when the client is not installed."""

    def __init__(self, remote: str) -> None:
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError:
            raise EngineRefused("Spark's client is not installed: pip install 'beffroi[spark]'.") from None
        self._refused: type[Exception] = PySparkException
        _reached(remote)
        try:
            self._session: Any = SparkSession.builder.remote(remote).create()
        except PySparkException as error:
            raise EngineRefused(f"{remote} does not answer: {type(error).__name__}.") from error

    def run(self, task: Task) -> Iterator[pa.RecordBatch]:
        """As :class:`beffroi.guard.forensics.engines.Engine`."""
        session = self._session
        try:
            opening = self._relation(task.hot).select(*task.columns)
            if task.paths:
                opening = opening.unionByName(session.read.parquet(*task.paths).select(*task.columns))
            opening.createOrReplaceTempView("opening")
            self._relation(task.scope).createOrReplaceTempView("scope")
            found: pa.Table = session.sql(task.text, args=list(task.values)).toArrow()
        except self._refused as error:
            raise EngineRefused(f"Spark could not answer: {type(error).__name__}.") from error
        yield from found.cast(task.answer).to_batches()

    def _relation(self, table: pa.Table) -> Any:
        """Rows held here, as the cluster sees them: ids of 16 bytes are plain bytes there. Without rows it infers
        no type, and must be told."""
        if not table.num_rows:
            told = ", ".join(f"{field.name} {_spark_type(field.type)}" for field in table.schema)
            return self._session.createDataFrame([], told)
        fields = [
            field.with_type(pa.binary()) if pa.types.is_fixed_size_binary(field.type) else field
            for field in table.schema
        ]
        return self._session.createDataFrame(table.cast(pa.schema(fields)))

    def close(self) -> None:
        """As :class:`beffroi.guard.forensics.engines.Engine`."""
        self._session.stop()


def _spark_type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "bigint" if kind == pa.int64() else "int"
    return "string" if pa.types.is_string(kind) else "binary"


def _reached(remote: str) -> None:
    """Raises EngineRefused unless somebody listens there."""
    parts = urlsplit(remote)
    try:
        if parts.scheme != "sc" or not parts.hostname:
            raise EngineRefused(f"{remote} is no address of Spark Connect: sc://host:{_PORT}.")
        socket.create_connection((parts.hostname, parts.port or _PORT), _PATIENCE).close()
    except (OSError, ValueError):
        raise EngineRefused(f"{remote} does not answer.") from None
