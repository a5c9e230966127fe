"""Strictness under fire: two guards, contended budgets, random kills of a guard and of PostgreSQL.

``python -m bench.soak [--decisions N] [--seconds S]`` writes ``bench/results/soak.json``; it ends with status 1 when
a promise was broken (a budget over its cap, an answered release without its journal entry: I-01, I-02; an allow while
the database was down), or when time ran out before so many decisions.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from beffroi.config.postgres_postmaster import processes_of, wait_until
from beffroi.core import policy_file
from beffroi.core.ids import ApplicationId
from beffroi.guard import keys
from beffroi.guard.applications.access_tokens import AccessTokens
from bench import machine, population
from bench.decision import GuardOfBench

RESULTS = Path(__file__).parent / "results"
PEOPLE = 24_000
CLIENTS = 32
ADVISERS = 12
"""Few accounts over many people: every budget is reached and raced for."""


@dataclass(slots=True)
class Report:
    """What happened, and what must be empty for the promise to hold."""

    asked: int = 0
    allowed: int = 0
    refused: int = 0
    unanswered: int = 0
    guard_kills: int = 0
    database_kills: int = 0
    over_cap: list[str] = field(default_factory=list)
    unjournaled: list[int] = field(default_factory=list)
    allowed_while_down: int = 0
    distinct_over_cap: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether every promise held."""
        return not (self.over_cap or self.unjournaled or self.allowed_while_down or self.distinct_over_cap)


class Line:
    """A client's connections, one to each guard, kept open until they break."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def ask(self, port: int, token: str, handle: str, person: str) -> tuple[int, bytes]:
        """Status and body of one release. Raises OSError, EOFError or TimeoutError when no answer came."""
        body = json.dumps({"person": person, "purpose": "follow-up", "groups": ["identity"]})
        request = (
            f"POST /v1/release HTTP/1.1\r\nhost: guard\r\nauthorization: Bearer {token}\r\n"
            f"beffroi-client: {population.CLIENT}\r\nbeffroi-session: {handle}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        )
        try:
            async with asyncio.timeout(20):
                if port not in self._open:
                    self._open[port] = await asyncio.open_connection("127.0.0.1", port)
                reader, writer = self._open[port]
                writer.write(request.encode())
                head = await reader.readuntil(b"\r\n\r\n")
                start = head.index(b"content-length: ") + 16
                return int(head[9:12]), await reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
        except BaseException:
            broken = self._open.pop(port, None)
            if broken is not None:
                broken[1].close()
            raise


class Soak:
    """One run."""

    def __init__(self, folder: Path, decisions: int, seconds: float, seed: int) -> None:
        self.folder, self.decisions = folder, decisions
        self.until = time.monotonic() + seconds
        self.seconds = seconds
        self.random = random.Random(seed)
        self.server, self.roles, self.key_file = population.prepare(folder, PEOPLE)
        self.policy = folder / "soak-policy.toml"
        self.policy.write_text(policy_file.default_text())
        self.keys = keys.load(self.key_file)
        self.guards: list[GuardOfBench | None] = [None, None]
        self.report = Report()
        self.entries: set[int] = set()
        self.down = False
        self.over = asyncio.Event()
        self._held, self._token_until = "", 0.0

    async def go(self) -> Report:
        """Fire, kill, restart, then count."""
        await population.forget_counts(self.roles.owner)
        for place in range(2):
            await self._start(place)
        self.until = time.monotonic() + self.seconds
        killer = asyncio.create_task(self._kill())
        try:
            await asyncio.gather(*[self._client(number) for number in range(CLIENTS)])
        finally:
            self.over.set()
            await killer
            for guard in self.guards:
                if guard is not None:
                    await asyncio.to_thread(guard.stop)
        await self._check()
        return self.report

    @property
    def _done(self) -> bool:
        return time.monotonic() > self.until or self.report.asked >= self.decisions

    async def _client(self, number: int) -> None:
        rng = random.Random(self.random.random() + number)
        adviser_count = population.advisers(PEOPLE)
        line = Line()
        while not self._done:
            guard = self.guards[rng.randrange(2)]
            if guard is None:
                await asyncio.sleep(0.02)
                continue
            adviser = rng.randrange(ADVISERS)
            rank = adviser + adviser_count * rng.randrange(PEOPLE // adviser_count)
            if rng.random() < 0.5:  # somebody else of the office: another bucket, and the organisation's budget
                rank = (adviser + population.OFFICES * rng.randrange(1, 60)) % PEOPLE
            down = self.down
            try:
                status, answer = await line.ask(
                    guard.port, self._token(), population.handle(adviser), population.identifier("person", rank)
                )
            except (OSError, EOFError, TimeoutError):
                self.report.unanswered += 1
                await asyncio.sleep(0.02)
                continue
            self.report.asked += 1
            if status != 200:
                self.report.refused += 1
                continue
            self.report.allowed += 1
            self.entries.add(json.loads(answer)["entry"])
            if down and self.down:
                self.report.allowed_while_down += 1

    def _token(self) -> str:
        if time.monotonic() > self._token_until:
            tokens, application = AccessTokens(self.keys.session), ApplicationId(population.APPLICATION)
            self._token_until, self._held = time.monotonic() + 60, tokens.issue(application, "soak", time.time())
        return self._held

    async def _kill(self) -> None:
        while not await self._over_within(self.random.uniform(2, 6)):
            if self.random.random() < 0.6:
                place = self.random.randrange(2)
                guard, self.guards[place] = self.guards[place], None
                if guard is not None:
                    guard.process.kill()
                    await asyncio.to_thread(guard.process.wait)
                    self.report.guard_kills += 1
                await self._start(place)
            else:
                await asyncio.to_thread(self.server.kill, whole=self.random.random() < 0.5)
                # Backends whose postmaster died serve until they next wait for their client: a busy one goes on
                # committing, durably. The database is down when none is left.
                self.down = await asyncio.to_thread(wait_until, self._no_backend, 2)
                self.report.database_kills += 1
                await self._over_within(self.random.uniform(0.2, 1.5))
                self.down = False
                await asyncio.to_thread(self.server.start)

    def _no_backend(self) -> bool:
        return not processes_of(self.server.cluster)

    async def _over_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _start(self, place: int) -> None:
        self.guards[place] = await asyncio.to_thread(GuardOfBench, self, {})

    async def _check(self) -> None:
        conn = await asyncpg.connect(self.roles.owner)
        policy = policy_file.load_default()
        for row in await conn.fetch("SELECT * FROM guard.budget"):
            for span in ("hour", "day", "week", "month"):
                if row[f"{span}_spent"] > row[f"{span}_cap"]:
                    self.report.over_cap.append(row["key"])
        known = {row[0] for row in await conn.fetch("SELECT entry FROM guard.journal WHERE kind = 'released'")}
        self.report.unjournaled = sorted(self.entries - known)
        # What the rows say must be what the journal says: people distinct by account and explanation, in one day.
        distinct = await conn.fetch(
            "SELECT account, explanation, (at AT TIME ZONE 'Europe/Paris')::date AS day,"
            " count(DISTINCT person) AS people"
            " FROM guard.journal WHERE kind = 'released' AND at > $1 GROUP BY 1, 2, 3",
            await self._began(conn),
        )
        buckets = {"referent": "portfolio", "followed": "office"}
        for row in distinct:
            caps = next(caps for code, caps in policy.buckets.items() if code == buckets[row["explanation"]])
            if row["people"] > caps.day:
                self.report.distinct_over_cap.append(f"{row['account']} {row['explanation']}: {row['people']}")
        await conn.close()

    async def _began(self, conn: Any) -> Any:
        return await conn.fetchval("SELECT clock_timestamp() - make_interval(secs => $1)", self.seconds + 120)


def soak(folder: Path, decisions: int, seconds: float, seed: int) -> Report:
    """Run once on a PostgreSQL with fsync below ``folder``."""
    run = Soak(folder, decisions, seconds, seed)
    try:
        return uvloop.run(run.go())
    finally:
        run.server.stop()


def main() -> None:
    """Run, print, and fail when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=7200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--output", type=Path, default=RESULTS / "soak.json")
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="beffroi-soak-") as folder:
        Path(folder).chmod(0o711)  # the server's own account must reach its folder
        report = soak(Path(folder), given.decisions, given.seconds, given.seed)
    results = {
        "machine": machine.description(), "seed": given.seed, "seconds": round(time.monotonic() - started),
        "kept": report.kept, **asdict(report),
    }  # fmt: skip
    given.output.parent.mkdir(exist_ok=True, parents=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results, indent=1))
    if not report.kept:
        raise SystemExit("a promise was broken")
    if report.asked < given.decisions:
        raise SystemExit(f"time ran out after {report.asked:,} decisions of {given.decisions:,}")


if __name__ == "__main__":
    main()
