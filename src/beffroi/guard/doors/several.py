"""Decisions of several people at once: each its own, charged and journaled alone; told together when all are."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from beffroi.core.facts import Request
from beffroi.guard.decisions.asks import Ask, Law, Manner, Outcome
from beffroi.guard.doors.gate import Caller
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Call


async def decide_each(
    call: Call,
    caller: Caller,
    requests: Sequence[Request],
    *,
    kind: str = "released",
    manner: Manner = Manner.CHARGE,
    sealed: bool = False,
    detail: str | None = None,
    law: Law | None = None,
) -> list[Outcome]:
    """Each request's own decision, in their order; the rest is as an :class:`Ask` takes it."""
    if not requests:
        return []
    waiting = asyncio.get_running_loop().create_future()
    gathered = Gathered(len(requests), waiting)
    for place, request in enumerate(requests):
        ask = Ask(
            request, caller.handle_hash, caller.client_hash, gathered.at(place),
            kind=kind, manner=manner, sealed=sealed, detail=detail, law=law,
        )  # fmt: skip
        call.services.worker.put(ask)
    await waiting
    return gathered.outcomes


class Gathered:
    """Outcomes of several requests, complete when the last one is told."""

    __slots__ = ("_left", "_waiting", "outcomes")

    def __init__(self, count: int, waiting: "asyncio.Future[None]") -> None:
        self.outcomes: list[Outcome] = [Fault.UNAVAILABLE] * count
        self._left = count
        self._waiting = waiting

    def at(self, place: int) -> Callable[[Outcome], None]:
        """What the request of this place calls with its outcome."""
        return partial(self.tell, place)

    def tell(self, place: int, outcome: Outcome) -> None:
        """Keep one outcome."""
        self.outcomes[place] = outcome
        self._left -= 1
        if self._left == 0 and not self._waiting.done():
            self._waiting.set_result(None)
