"""Answers kept for a while by the guard, so that leafing through one puts no question again.

An answer is kept for the session that asked, ten minutes, a few at a time. Engines run in a thread, one question at a
time and on one processor: openings go on meanwhile.
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

    def __init__(self, folder: Path | None) -> None:
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
        self._kept[session, question] = answer
        self._kept.move_to_end((session, question))
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return answer
