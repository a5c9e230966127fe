"""How a look gives way to decisions: a few rows, then everybody else who waits for the event loop has a turn.

A look is some fifty thousand rows of work in the process that decides. In a thread it would hold the interpreter for
up to five milliseconds at a time; so it is taken in steps that cost less than a batch of decisions. The more there is
to decide, the longer a turn of the loop, and the more slowly the look goes on.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    import asyncpg

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """So many ``rows`` at a time."""

    rows: int

    async def rest(self) -> None:
        """Let everybody who waits have a turn."""
        await asyncio.sleep(0)

    async def steps(self, items: Iterable[T], times: int = 1) -> AsyncIterator[list[T]]:
        """Items in steps, ``times`` as many as of rows where one is so much less work."""
        iterator = iter(items)
        while step := list(islice(iterator, self.rows * times)):
            yield step
            await self.rest()

    async def fetched(
        self, conn: "asyncpg.Connection", statement: str, *values: object
    ) -> "AsyncIterator[list[asyncpg.Record]]":
        """The rows of a query in steps, within the caller's transaction."""
        cursor = await conn.cursor(statement, *values)
        while step := await cursor.fetch(self.rows):
            yield step
            await self.rest()
            if len(step) < self.rows:
                return


GENTLE: Final = Pace(50)
"""Beside decisions: a step takes two tenths of a millisecond."""
AT_ONCE: Final = Pace(1_000)
"""Before anything is served."""
