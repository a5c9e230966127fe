"""Durable decisions: per second, latency and CPU, against one transaction a request in the same run.

``python -m bench.decision [--people N] [--runs N] [--seconds S]`` writes ``bench/results/decision.json``.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from beffroi.config.database import Databases
from beffroi.core.ids import ApplicationId
from beffroi.guard import keys
from beffroi.guard.applications.access_tokens import AccessTokens
from bench import machine, population

RESULTS = Path(__file__).parent / "results"
STATE = Path("var/bench")
LEVELS = (1, 16, 64, 256)
BASELINE_POOLS = (1, 2, 4, 8)
MORNING = {
    "morning": True, "clients": 64, "seconds": 120.0, "warm_up": 0.0, "path": "/v1/release", "items": 1,
    "bodies": [], "groups": ["identity"],
}  # fmt: skip
"""Before anything is counted every session asks once, as by ten o'clock."""


class Installed(Protocol):
    """What a guard needs to start on."""

    roles: Databases
    key_file: Path
    policy: Path


class Bench:
    """A prepared database, and guards started over it one at a time."""

    def __init__(
        self, folder: Path, people: int, seconds: float, warm_up: float, accounts: int | None = None
    ) -> None:
        self.folder, self.people, self.seconds, self.warm_up = folder, people, seconds, warm_up
        self.server, self.roles, self.key_file = population.prepare(folder, people, accounts)
        self.policy = folder / "policy.toml"
        self.policy.write_text(population.default_policy())
        self.keys = keys.load(self.key_file)
        self.seed = 0

    @contextmanager
    def guard(
        self, *, longest_lag: float | None = None, looks: str = "as-served", **batching: Any
    ) -> Iterator["GuardOfBench"]:
        """A guard that listens, on counters that start from nothing; ``looks`` as :mod:`bench.serving` has them."""
        asyncio.run(population.forget_counts(self.roles.owner))
        guard = GuardOfBench(self, batching, longest_lag, looks)
        try:
            yield guard
        finally:
            guard.stop()

    def measure(self, guard: "GuardOfBench", clients: int, path: str = "/v1/release", **more: Any) -> dict[str, Any]:
        """One run of the load generator, with the CPU that guard and PostgreSQL spent on it."""
        self.seed += 1
        order = {
            "port": guard.port, "people": self.people, "clients": clients, "seconds": self.seconds,
            "warm_up": self.warm_up, "path": path, "seed": self.seed,
            "token": AccessTokens(self.keys.session).issue(
                ApplicationId(population.APPLICATION), "bench", time.time()
            ),
            **more,
        }  # fmt: skip
        postmaster = self.server.postmaster_pid
        assert postmaster is not None
        _generate({**order, **MORNING})
        pids = [guard.process.pid, *machine.family(postmaster)]
        before = machine.cpu_seconds(pids), machine.cpu_seconds(pids[:1])
        got = _generate(order)
        after = machine.cpu_seconds(pids), machine.cpu_seconds(pids[:1])
        if set(got["statuses"]) != {"200"} or got["denied"]:
            raise SystemExit(f"the measure met refusals: {got['statuses']}, {got['denied']} denied items")
        # The generator counts after the warm-up; CPU was counted over both: scale to what was asked in all.
        share = (self.seconds + self.warm_up) / self.seconds
        decisions = got["decisions"] * share
        return {
            "per_second": round(got["decisions"] / got["seconds"]),
            "p50_ms": got["p50_ms"],
            "p99_ms": got["p99_ms"],
            "cpu_us": round(1e6 * (after[0] - before[0]) / decisions, 1),
            "python_us": round(1e6 * (after[1] - before[1]) / decisions, 1),
        }


def _generate(order: dict[str, Any]) -> dict[str, Any]:
    """What the load generator, in a process of its own, says of an order."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.clients"], input=json.dumps(order), stdout=subprocess.PIPE, text=True,
        check=True, timeout=order["seconds"] + order["warm_up"] + 240,
    )  # fmt: skip
    got: dict[str, Any] = json.loads(done.stdout)
    return got


class GuardOfBench:
    """One guard process."""

    def __init__(
        self,
        bench: "Installed",
        batching: dict[str, Any],
        longest_lag: float | None = None,
        looks: str = "as-served",
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        roles: Databases = bench.roles
        order = {
            "database": roles.guard, "key_file": str(bench.key_file), "policy_file": str(bench.policy),
            "port": self.port, "batching": batching, "longest_lag": longest_lag,
            "looks": looks,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [*os.environ.get("BENCH_PROFILE", "").split(), sys.executable, "-m", "bench.serving"]
            if not os.environ.get("BENCH_CPROFILE")
            else [sys.executable, "-m", "cProfile", "-o", os.environ["BENCH_CPROFILE"], "-m", "bench.serving"],
            stdin=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdin is not None
        json.dump(order, self.process.stdin)
        self.process.stdin.close()
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise SystemExit("the guard did not start") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def several(bench: Bench, runs: int, clients: int, path: str = "/v1/release", **more: Any) -> dict[str, Any]:
    """Median of several runs, each on a guard and counters of its own; ``batching`` is the guard's."""
    batching = more.pop("batching", {})
    found = []
    for _ in range(runs):
        with bench.guard(**batching) as guard:
            found.append(bench.measure(guard, clients, path, **more))
    return _median(found)


def run(
    people: int,
    runs: int,
    seconds: float,
    warm_up: float,
    folder: Path,
    levels: tuple[int, ...] = LEVELS,
    pools: tuple[int, ...] = BASELINE_POOLS,
) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    bench = Bench(folder, people, seconds, warm_up)
    try:
        fsync = machine.fsync_ms(folder)
        guard = {str(level): several(bench, runs, level) for level in levels}
        tried = {}
        for pool in pools:
            tried[pool] = several(bench, 1, 64, batching={"one_by_one": True, "connections": pool})
        best = max(tried, key=lambda pool: tried[pool]["per_second"])
        single = {"one_by_one": True, "connections": best}
        baseline = {str(level): several(bench, runs, level, batching=single) for level in levels}
        batch = several(bench, runs, 16, "/v1/releases", items=100)
        opened = several(bench, runs, 64, "/v1/open", groups=["identity", "contact"])
    finally:
        bench.server.stop()
    return {
        "machine": machine.description(),
        "people": people,
        "runs": runs,
        "seconds": seconds,
        "fsync_ms": fsync,
        "guard": guard,
        "baseline": baseline,
        "baseline_pool": best,
        "ratio_to_baseline": round(guard["64"]["per_second"] / baseline["64"]["per_second"], 2),
        "batch_endpoint": batch,
        "open_two_groups": opened,
    }


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    lines = [f"{'':28}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU µs':>10}"]
    rows = [(f"guard, {level} clients", row) for level, row in results["guard"].items()]
    rows += [(f"one transaction each, {level}", row) for level, row in results["baseline"].items()]
    rows += [("/v1/releases, 100 a call", results["batch_endpoint"])]
    rows += [("/v1/open, two groups, 64", results["open_two_groups"])]
    for name, row in rows:
        lines.append(
            f"{name:28}{row['per_second']:>12,.0f}{row['p50_ms']:>10.2f}{row['p99_ms']:>10.2f}{row['cpu_us']:>10.1f}"
        )
    lines.append(f"ratio at 64 clients: {results['ratio_to_baseline']}; fsync {results['fsync_ms']} ms")
    return "\n".join(lines)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_600_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--warm-up", type=float, default=2.0)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--output", type=Path, default=RESULTS / "decision.json")
    given = parser.parse_args()
    results = run(given.people, given.runs, given.seconds, given.warm_up, given.state, LEVELS)
    given.output.parent.mkdir(exist_ok=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
