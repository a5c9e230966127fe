"""How the attacker works: veins of attempts, each mined from many connections until the guard stops giving."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from beffroi.simulation.drill.wire import Reply

Target = TypeVar("Target")
PATIENCE = 8
"""Refusals in a row after which a vein is left until the clock has moved."""
DISCOURAGED, SELDOM = 3, 6
"""Visits that gave nothing, after which a vein is tried only every so many visits."""


@dataclass(slots=True)
class Loot:
    """What the attacker has got: people of whom he read an identifying value, and what he was answered."""

    people: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)

    def note(self, reply: Reply) -> None:
        """Count an answer."""
        self.answers[reply.status] += 1


@dataclass(slots=True)
class Vein(Generic[Target]):
    """Targets tried one after the other. ``attempt`` puts a target to the guard; ``read`` names who it revealed.

    ``known`` gives the person behind a target, so that nobody already read is asked for again.
    """

    targets: deque[Target]
    attempt: Callable[[Target], Awaitable[Reply]]
    read: Callable[[Target, Reply], Iterable[str]]
    known: Callable[[Target], str] | None = None
    _fruitless: int = 0
    _visits: int = 0

    async def mine(self, loot: Loot, at_once: int) -> None:
        """Try until nothing is left or the guard refuses again and again; what was refused is tried later.

        A thief who is refused hour after hour knocks less often: it takes nothing from him, and a drill must end.
        """
        self._visits += 1
        if self._fruitless >= DISCOURAGED and self._visits % SELDOM:
            return
        refused: list[Target] = []
        in_a_row = given = 0

        async def work() -> None:
            nonlocal in_a_row, given
            while self.targets and in_a_row < PATIENCE:
                target = self.targets.popleft()
                if self.known is not None and self.known(target) in loot.people:
                    continue
                reply = await self.attempt(target)
                loot.note(reply)
                if reply.status < 300:
                    in_a_row = 0
                    given += 1
                    loot.people.update(self.read(target, reply))
                else:
                    in_a_row += 1
                    refused.append(target)

        await asyncio.gather(*[work() for _ in range(at_once)])
        self.targets.extendleft(reversed(refused))
        self._fruitless = 0 if given else self._fruitless + 1
