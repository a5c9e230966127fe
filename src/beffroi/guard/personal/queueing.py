"""Who waits for the engine of the personal space: each person once, a few at a time, and nobody for long.

The engine answers one question at a time. One person cannot fill the queue, and a crowd is told to come back rather
than kept waiting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from beffroi.core.personal import Objection
from beffroi.guard.web.problems import Fault

if TYPE_CHECKING:
    from beffroi.guard.services import Services

AREA: Final = "personal-queue"
MOST: Final = 32
"""People whose question waits or is being answered."""
PATIENCE: Final = 15.0
"""Seconds for which a question waits for its turn."""


class Impatient(RuntimeError):
    """The turn did not come in time."""


class Queue:
    """The people who wait at one guard."""

    def __init__(self) -> None:
        self._people: set[str] = set()
        self._turn = asyncio.Lock()

    def enter(self, person: str) -> Objection | Fault | None:
        """Take a place, which :meth:`leave` gives back; else why there is none."""
        if person in self._people:
            return Objection.QUESTION_WAITING
        if len(self._people) >= MOST:
            return Fault.OVERLOADED
        self._people.add(person)
        return None

    def leave(self, person: str) -> None:
        """Give one's place back."""
        self._people.discard(person)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The engine, alone. Raises Impatient."""
        try:
            await asyncio.wait_for(self._turn.acquire(), PATIENCE)
        except TimeoutError:
            raise Impatient from None
        try:
            yield
        finally:
            self._turn.release()


def queue_of(services: "Services") -> Queue:
    """The queue of this guard."""
    found = services.areas.setdefault(AREA, Queue())
    assert isinstance(found, Queue), "the area is this module's"
    return found
