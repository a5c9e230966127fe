"""A worker of an import: one process, one connection; the next chunk is sealed while the last one is written."""

import asyncio
import gc
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg

from beffroi.guard import key_check, keys
from beffroi.guard.importing import network_map
from beffroi.guard.importing.sources import Chunk, Source
from beffroi.guard.importing.writing import Batch, Job, Preparer, Written, write

_SWITCH_SECONDS: Final = 0.0005
"""What the thread that writes waits at most for the one that seals, each time a socket is ready. At Python's 5 ms a
chunk, a hundred times ready, would be written more slowly than it is sealed."""


class Order(NamedTuple):
    """What a worker needs to begin. ``dry`` checks every row and writes nothing."""

    source: Source
    dsn: str
    key_file: Path
    job: Job
    operator: str
    dry: bool

    def __repr__(self) -> str:
        return "Order(«redacted»)"


class Failure(NamedTuple):
    """Why a worker stopped: the exception's type and text, which hold no value of the file."""

    text: str


def start(order: Order) -> tuple[Connection, "subprocess.Popen[bytes]"]:
    """A new worker, and our end of its pipe.

    Not a process of ``multiprocessing``, which would first import again the whole program of who asks for the import.
    """
    ours, theirs = Pipe()
    with theirs:
        descriptor = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "beffroi.guard.importing", str(descriptor)],
            stdin=subprocess.DEVNULL,
            pass_fds=(descriptor,),
        )
    with suppress(BrokenPipeError):  # it died at once: the first answer waited for will say so
        ours.send(order)
    return ours, process


def run(pipe: Connection) -> None:
    """Entry point of the process: an order comes through ``pipe``, then chunks; outcomes go back, until its end."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # rows are freed when nobody names them: looking for cycles in them is a waste
    sys.setswitchinterval(_SWITCH_SECONDS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides; a chunk under way is finished
    with suppress(EOFError, OSError):  # the parent is gone: what was committed is committed
        asyncio.run(_work(pipe, pipe.recv()))


async def _work(pipe: Connection, order: Order) -> None:
    with ThreadPoolExecutor(1) as thread:
        try:
            await _serve(pipe, order, thread)
        except (EOFError, OSError):
            raise
        except Exception as error:
            pipe.send(Failure(f"{type(error).__name__}: {error}"))  # the parent then closes, which frees the thread


async def _serve(pipe: Connection, order: Order, thread: ThreadPoolExecutor) -> None:
    held = keys.load(order.key_file)
    conn = await asyncpg.connect(order.dsn, server_settings={"application_name": "beffroi import"})
    try:
        await key_check.verify(conn, held)
        preparer = Preparer(order.source, held, await network_map.load(conn), order.job)
        ready: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=1)
        preparing = asyncio.create_task(_prepare(pipe, preparer.prepare, ready, thread))
        while (batch := await ready.get()) is not None:
            if order.dry:
                refused = len({problem.line for problem in batch.problems})
                written = Written(batch.chunk, len(batch.ids), refused, already=False)
            else:
                written = await write(conn, order.job, batch, order.operator)
            pipe.send((written, batch.problems if order.dry else []))
        await preparing
    finally:
        await conn.close()


async def _prepare(
    pipe: Connection,
    prepare: Callable[[Chunk], Batch],
    ready: asyncio.Queue[Batch | None],
    thread: ThreadPoolExecutor,
) -> None:
    loop = asyncio.get_running_loop()
    try:
        while (chunk := await loop.run_in_executor(thread, pipe.recv)) is not None:
            await ready.put(await loop.run_in_executor(thread, prepare, chunk))
    finally:
        await ready.put(None)
