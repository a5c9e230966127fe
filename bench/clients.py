"""A load generator that costs little: keep-alive connections on uvloop, one request in flight on each.

Run as ``python -m bench.clients`` in a process of its own, told what to do by one JSON object on its standard
input; it prints one JSON object: requests, seconds, latencies in milliseconds, statuses, its own CPU a request in
microseconds. It shares the machine with what it measures, so the requests are drawn and written before the first one
leaves; one that was not foreseen is drawn on the way, from the same generator.
"""

import asyncio
import gc
import json
import random
import sys
import time
from collections import Counter
from typing import Any

import uvloop

from bench.population import APPLICATION, CLIENT, advisers, handle, identifier

PREPARED_A_SECOND = 25_000
"""Decisions to prepare for each second of a run: more than a guard on two cores answers."""
PREPARED_A_CLIENT = 4_000
"""The same for each client: it waits for its answer before it asks again."""
_LENGTH = b"content-length: "


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, until the time is up."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._buffer = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._sent = time.perf_counter()
        request = self._run.following()
        if request is None:  # the clients before have asked everything while this one was connecting
            self._transport.close()
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        head = data.find(b"\r\n\r\n") + 4
        start = data.find(_LENGTH) + len(_LENGTH)
        if head < 4 or len(data) < head + int(data[start : data.find(b"\r\n", start)]):
            self._buffer = data
            return
        self._buffer = b""
        now, run = time.perf_counter(), self._run
        if now >= run.from_:
            run.count(data, now - self._sent)
        request = run.following() if now < run.until else None
        if request is not None:
            self._sent = now
            self._transport.write(request)
        else:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


class Run:
    """One measure: what is asked, for how long, and what came back."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._people = order["people"]
        self._advisers = advisers(order["people"])
        self._path = order["path"]
        self._morning = order.get("morning", False)
        self._items = order.get("items", 1)
        self._groups = order.get("groups", ["identity"])
        self._bodies = order.get("bodies", [])
        self._speaking = order.get("speaking", self._advisers)
        self._handles = [handle(rank) for rank in range(self._advisers)]
        self._head = (
            f"POST {self._path} HTTP/1.1\r\nhost: guard\r\nauthorization: Bearer {order['token']}\r\n"
            f"beffroi-client: {CLIENT}\r\ncontent-type: application/json\r\n"
        )
        self._tail = json.dumps({"purpose": "follow-up", "groups": self._groups})[1:]
        self._random = random.Random(order["seed"])
        self._prepared: list[bytes] = []
        self.statuses: Counter[bytes] = Counter()
        self.latencies: list[float] = []
        self.denied = 0
        self.from_ = self.until = 0.0

    def prepare(self, clients: int, seconds: float) -> None:
        """Write what these clients are likely to ask in so many seconds."""
        if self._morning:  # every adviser asks once, about the first person they follow
            self._prepared = [self.request(rank) for rank in range(self._advisers)]
        else:
            decisions = min(PREPARED_A_SECOND, PREPARED_A_CLIENT * clients) * seconds
            self._prepared = [self.request() for _ in range(int(decisions / self._items))]
        gc.freeze()

    def following(self) -> bytes | None:
        """The next request; ``None`` when every adviser has asked, in the morning."""
        if self._prepared:
            return self._prepared.pop()
        return None if self._morning else self.request()

    def request(self, rank: int | None = None) -> bytes:
        """One request about somebody drawn uniformly from the population, by the adviser who follows them.

        With ``bodies``, one of these instead, by one of the ``speaking`` first advisers. With ``rank``, about that
        person.
        """
        draw = self._random.random
        if rank is None:
            rank = int(draw() * self._people)
        adviser = rank % self._advisers
        if self._bodies:
            adviser %= self._speaking
            body = self._bodies[int(draw() * len(self._bodies))]
        elif self._items == 1:
            body = f'{{"person":"{identifier("person", rank)}",{self._tail}'
        else:
            ranks = [rank]
            most = (self._people - adviser - 1) // self._advisers
            ranks += [adviser + self._advisers * int(draw() * most) for _ in range(self._items - 1)]
            items = ",".join(f'{{"person":"{identifier("person", one)}",{self._tail}' for one in ranks)
            body = f'{{"items":[{items}]}}'
        return (
            f"{self._head}beffroi-session: {self._handles[adviser]}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def count(self, answer: bytes, seconds: float) -> None:
        """Keep one answer; those of the warming-up are not counted."""
        self.statuses[answer[9:12]] += 1
        self.latencies.append(seconds)
        if self._items > 1:
            self.denied += answer.count(b'"deny"')
        if self._bodies:
            self.denied += answer.count(b'"masked"')

    async def go(self, order: dict[str, Any]) -> dict[str, Any]:
        """Run the clients to the end."""
        loop = asyncio.get_running_loop()
        self.prepare(order["clients"], order["seconds"] + order["warm_up"])
        started, cpu = time.perf_counter(), time.process_time()
        self.from_, self.until = started + order["warm_up"], started + order["warm_up"] + order["seconds"]
        clients = []
        for _ in range(order["clients"]):
            _, client = await loop.create_connection(lambda: Client(self), "127.0.0.1", order["port"])
            clients.append(client)
        await asyncio.wait_for(asyncio.gather(*[client.done for client in clients]), order["seconds"] + 60)
        ended, cpu = time.perf_counter(), time.process_time() - cpu
        self.latencies.sort()
        share = order["seconds"] / (order["seconds"] + order["warm_up"])
        return {
            "requests": len(self.latencies),
            "decisions": len(self.latencies) * self._items - self.denied,
            "seconds": ended - self.from_,
            "p50_ms": _quantile(self.latencies, 0.50),
            "p99_ms": _quantile(self.latencies, 0.99),
            "statuses": {status.decode(): count for status, count in self.statuses.items()},
            "denied": self.denied,
            "generator_us": round(1e6 * cpu * share / max(1, len(self.latencies)), 1),
            "application": APPLICATION,
        }


def _quantile(ordered: list[float], share: float) -> float:
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else 0.0


def main() -> None:
    """Read the order, run, print."""
    order = json.load(sys.stdin)
    run = Run(order)
    json.dump(uvloop.run(run.go(order)), sys.stdout)


if __name__ == "__main__":
    main()
