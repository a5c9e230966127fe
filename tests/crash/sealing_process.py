"""A sealer in a process of its own that ends itself by SIGKILL at a named point: see test_sealing.py."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place


async def main(folder: str, guard: str, point: str, times: str) -> None:
    """Seal step by step, and die the ``times``-th time that ``point`` is passed."""
    left = int(times)

    def reached(passed: str) -> None:
        nonlocal left
        if passed == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    database = FreshDatabase("", "", "", guard, "", Path(folder))
    place = await Place(Path(folder), database).open()
    sealer = await place.sealer(reached=reached)
    for _ in range(1000):
        await sealer.step(place.conn)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
