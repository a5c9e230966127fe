"""What looking at every row costs decisions: p99 while a guard looks and while it does not, and how long a look holds
the event loop.

``python -m bench looks`` writes ``bench/results/looks.json``.
"""

import asyncio
import time
from collections.abc import Awaitable
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg
import uvloop

from beffroi.core import policy_file
from beffroi.core.policy import Policy
from beffroi.guard import keys
from beffroi.guard.folding import watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.folding.watching import Watch
from beffroi.guard.process import calm_the_collector
from bench import machine
from bench.decision import Bench

LEVELS: Final = (16, 64)
LOOKS: Final = {
    "rows": Look(rows=True, openings=watching.OPENINGS),
    "budgets": Look(budgets=True),
    "new": Look(),
}
"""What a guard looks at every 25 seconds, every hour, and every two seconds."""


class Holds:
    """How long the event loop is held, asked without pause; in CPU time, so that a busy machine adds nothing."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def beside(self, work: Awaitable[Any]) -> float:
        """Watch the loop while this is done; how long it took."""
        asking = asyncio.create_task(self._ask())
        began = time.perf_counter()
        await work
        took = time.perf_counter() - began
        asking.cancel()
        return took

    async def _ask(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            self.seconds.append(now - before)
            before = now

    def longest(self, place: int = 1) -> float:
        """The longest, or the one at this place from the top; the shortest when there are fewer."""
        return sorted(self.seconds)[-min(place, len(self.seconds))]


async def _held(dsn: str, held: keys.Keys, runs: int) -> dict[str, Any]:
    """Each look several times, in a process that does nothing else; the rows are there, and the guard's counts."""
    policy = policy_file.load(policy_file.default_text(), "default")
    assert isinstance(policy, Policy)
    watch = Watch(held, lambda: policy)
    conn = await asyncpg.connect(dsn)
    try:
        await watch.everything(conn)
        calm_the_collector()
        found = {}
        for name, what in LOOKS.items():
            holds, took = Holds(), []
            before = time.process_time()
            for _ in range(runs):
                took.append(await watching.once(conn, watch, what))
            cpu = time.process_time() - before
            took = [await holds.beside(watching.once(conn, watch, what)) for _ in range(runs)]
            found[name] = {
                "seconds": round(median(took), 3),
                "cpu_seconds": round(cpu / runs, 3),
                "longest_hold_ms": round(1000 * holds.longest(), 2),
                "hundredth_longest_hold_ms": round(1000 * holds.longest(100), 2),
            }
        counts = {
            name: await conn.fetchval(f"SELECT count(*) FROM guard.{name}")
            for name in ("account", "session", "budget", "reach")
        }
        return {"rows": counts | {"expected": len(watch.known.expected)}, "looks": found}
    finally:
        await conn.close()


def run(people: int, accounts: int, runs: int, seconds: float, warm_up: float, folder: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    bench = Bench(folder, people, seconds, warm_up, accounts)
    try:
        decisions: dict[str, dict[str, Any]] = {}
        for clients in LEVELS:
            of_level: dict[str, list[dict[str, Any]]] = {"never": [], "always": []}
            for _ in range(runs):
                for looks, measured in of_level.items():
                    with bench.guard(looks=looks) as guard:
                        measured.append(bench.measure(guard, clients))
            decisions[str(clients)] = {
                "without": _median(of_level["never"]),
                "during": _median(of_level["always"]),
            }
        held = uvloop.run(_held(bench.roles.guard, bench.keys, runs))
    finally:
        bench.server.stop()
    return {
        "machine": machine.description(),
        "people": people,
        "accounts": accounts,
        "runs": runs,
        "seconds": seconds,
        "decisions": decisions,
        **held,
    }


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    lines = []
    for clients, level in results["decisions"].items():
        for name, row in level.items():
            lines.append(
                f"{f'{clients} clients, {name} looks':36}{row['per_second']:>9,.0f} a second,"
                f" p50 {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms"
            )
    for name, look in results["looks"].items():
        lines.append(
            f"{f'a look at {name}':36}{look['seconds']:.2f} s, {look['cpu_seconds']:.2f} s of CPU,"
            f" holds the loop {look['longest_hold_ms']:.2f} ms at most"
        )
    return "\n".join(lines)
