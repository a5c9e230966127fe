"""A load generator that costs little: keep-alive connections on uvloop, one request in flight on each.

Run as ``python -m bench.clients`` in a process of its own, told what to do by one JSON object on its standard
input; it prints one JSON object: requests, seconds, latencies in milliseconds, statuses.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from typing import Any

import uvloop

from bench.population import APPLICATION, CLIENT, advisers, handle, identifier


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, until the time is up."""

    def __init__(self, run: "Run", seed: int) -> None:
        self._run = run
        self._random = random.Random(seed)
        self._buffer = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._run.request(self._random))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        head = buffer.find(b"\r\n\r\n")
        if head < 0:
            self._buffer = buffer
            return
        start = buffer.find(b"content-length: ") + 16
        length = int(buffer[start : buffer.find(b"\r\n", start)])
        if len(buffer) < head + 4 + length:
            self._buffer = buffer
            return
        self._buffer = b""
        now = time.perf_counter()
        run = self._run
        run.count(buffer, now - self._sent, now)
        if now < run.until:
            self._ask()
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
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.denied = 0
        self.from_ = self.until = 0.0

    def request(self, rng: random.Random) -> bytes:
        """One request about somebody drawn uniformly from the population, by the adviser who follows them.

        With ``bodies``, one of these instead, by one of the ``speaking`` first advisers.
        """
        rank = int(rng.random() * self._people)
        adviser = rank % self._advisers
        if self._bodies:
            adviser %= self._speaking
            body = self._bodies[int(rng.random() * len(self._bodies))]
        elif self._items == 1:
            body = f'{{"person":"{identifier("person", rank)}",{self._tail}'
        else:
            ranks = [rank]
            most = (self._people - adviser - 1) // self._advisers
            ranks += [adviser + self._advisers * int(rng.random() * most) for _ in range(self._items - 1)]
            items = ",".join(f'{{"person":"{identifier("person", one)}",{self._tail}' for one in ranks)
            body = f'{{"items":[{items}]}}'
        return (
            f"{self._head}beffroi-session: {self._handles[adviser]}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def count(self, answer: bytes, seconds: float, now: float) -> None:
        """Keep one answer; those of the warming-up are not counted."""
        status = int(answer[9:12])
        if now >= self.from_:
            self.statuses[status] += 1
            self.latencies.append(seconds)
            if self._items > 1:
                self.denied += answer.count(b'"deny"')
            if self._bodies:
                self.denied += answer.count(b'"masked"')

    async def go(self, order: dict[str, Any]) -> dict[str, Any]:
        """Run the clients to the end."""
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        self.from_, self.until = started + order["warm_up"], started + order["warm_up"] + order["seconds"]
        clients = []
        for number in range(order["clients"]):
            _, client = await loop.create_connection(
                lambda seed=number: Client(self, order["seed"] * 1000 + seed), "127.0.0.1", order["port"]
            )
            clients.append(client)
        await asyncio.wait_for(asyncio.gather(*[client.done for client in clients]), order["seconds"] + 60)
        ended = time.perf_counter()
        self.latencies.sort()
        return {
            "requests": len(self.latencies),
            "decisions": len(self.latencies) * self._items - self.denied,
            "seconds": ended - self.from_,
            "p50_ms": _quantile(self.latencies, 0.50),
            "p99_ms": _quantile(self.latencies, 0.99),
            "statuses": dict(self.statuses),
            "denied": self.denied,
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
