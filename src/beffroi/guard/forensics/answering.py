"""Answers kept for a while by the guard, so that leafing through one puts no question again.

An answer is kept for the session that asked, ten minutes, a few at a time or as many as memory is set aside for.
Engines run in a thread, one question at a time and on one processor: openings go on meanwhile.
"""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from beffroi.guard.forensics import asking
from beffroi.guard.forensics.duck import Duck
from beffroi.guard.forensics.questions import ANSWERS, Question, ReadBy
from beffroi.guard.forensics.sources import gather
from beffroi.guard.retention.catalogue import Verified

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

KEPT: Final = timedelta(minutes=10)
MOST: Final = 4
"""Answers kept at once; the largest, everybody of a network of 1.6 million, is about 50 MB."""
_MEMORY: Final = "1GB"
_ORDER: Final = {True: [("time_us", "descending"), ("entry", "descending")], False: [("person", "ascending")]}


class Answer(NamedTuple):
    """Rows in the order in which pages show them; ``entry`` is that of the question in the journal."""

    rows: pa.Table
    entry: int
    at: datetime
    lost_until: datetime | None


class Answering:
    """The engine of one guard, and the answers it keeps."""

    def __init__(self, folder: Path | None, most: int = MOST, most_bytes: int | None = None) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._folder = folder or Path("/nonexistent")
        self._verified = Verified()
        self._engine: Duck | None = None
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[tuple[str, Question], Answer] = OrderedDict()

    def kept(self, session: str, question: Question, now: datetime) -> Answer | None:
        """An answer given to this session in the last minutes."""
        found = self._kept.get((session, question))
        return None if found is None or now - found.at > KEPT else found

    async def answer(
        self, pool: "asyncpg.Pool", keys: "Keys", session: str, question: Question, entry: int, now: datetime
    ) -> Answer:
        """Answer a question whose entry is durable. Raises ColdRefused, EngineRefused, Forged."""
        async with self._turn:
            async with pool.acquire() as conn:
                sources = await gather(conn, keys, question)

            def run() -> pa.Table:
                if self._engine is None:
                    self._engine = Duck(self._folder, threads=1, memory=_MEMORY)
                found = list(asking.run(self._engine, question, sources, self._folder, self._verified))
                table = pa.Table.from_batches(found, ANSWERS[type(question)])
                return table.sort_by(_ORDER[isinstance(question, ReadBy)]).combine_chunks()

            answer = Answer(await asyncio.to_thread(run), entry, now, sources.lost_until)
        self._keep((session, question), answer)
        return answer

    def _keep(self, key: tuple[str, Question], answer: Answer) -> None:
        """Keep the last one whatever its size; the oldest make room, as do those too old to be leafed through."""
        self._kept[key] = answer
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self._too_many(answer.at):
            self._kept.popitem(last=False)

    def _too_many(self, now: datetime) -> bool:
        if len(self._kept) > self._most or now - next(iter(self._kept.values())).at > KEPT:
            return True
        return self._most_bytes is not None and sum(one.rows.nbytes for one in self._kept.values()) > self._most_bytes
