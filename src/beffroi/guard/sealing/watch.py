"""How far sealing lags, as a guard sees it: no log, no service.

Twice a second a guard looks how far the published log goes and how far the journal does. Entries that stay unsealed
for longer than the bound, or a look that fails, and it releases nothing until sealing has caught up. A batch costs
one comparison. Whatever a guard releases, the oldest entry then unsealed has been so for no longer than the bound,
:data:`EVERY` and :data:`TRUSTED` together.
"""

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from typing import Any, Final, NamedTuple

import asyncpg

from beffroi.guard.decisions.connections import TIMEOUTS
from beffroi.guard.keys import Keys
from beffroi.guard.sealing import state
from beffroi.guard.stamped import Forged

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
EVERY: Final = 0.5
"""Seconds between two looks."""
TRUSTED: Final = 2.0
"""Seconds for which a look is believed."""
_SAID_EVERY: Final = 60.0
_LOOK: Final = """
SELECT s.*, coalesce((SELECT entry FROM guard.journal ORDER BY entry DESC LIMIT 1), 0) AS newest,
    extract(epoch FROM guard.present() - (SELECT at FROM guard.journal
        WHERE entry > coalesce(s.published_entry, 0) ORDER BY entry LIMIT 1))::float8 AS age
FROM (SELECT 1) AS always LEFT JOIN guard.sealed s ON true"""
_WITNESSES: Final = (
    "SELECT name, size, failures, extract(epoch FROM guard.present() - cosigned_at)::float8 AS age FROM guard.witness"
)


class WitnessSeen(NamedTuple):
    """A witness as the sealer last wrote it: size cosigned, failures in a row, seconds since it cosigned."""

    name: str
    size: int
    failures: int
    age: float | None


class SealWatch:
    """Looks at the sealing of one journal. ``longest_lag`` in seconds; ``None``: the bound does not apply."""

    def __init__(self, dsn: str, keys: Keys, longest_lag: float | None) -> None:
        self._dsn = dsn
        self._keys = keys
        self.longest_lag = longest_lag
        self.lag = 0.0
        self.published_entry = 0
        self.newest = 0
        self.witnesses: list[WitnessSeen] = []
        self._late = True
        self._trusted_until = float("-inf")
        self._seen: deque[tuple[int, float]] = deque()
        self._conn: Any = None
        self._task: asyncio.Task[None] | None = None
        self._said_at = float("-inf")

    @property
    def withholds(self) -> bool:
        """Whether nothing may be released now."""
        return self.longest_lag is not None and (self._late or time.monotonic() > self._trusted_until)

    async def start(self) -> None:
        """Look once, then again and again until :meth:`stop`; nothing is done where the bound does not apply."""
        if self.longest_lag is None:
            return
        await self.look()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None

    async def look(self) -> None:
        """One look; what it meets is said in the log and withholds."""
        try:
            async with asyncio.timeout(TRUSTED):
                if self._conn is None or self._conn.is_closed():
                    settings = {"application_name": "beffroi-guard-watch", **TIMEOUTS}
                    self._conn = await asyncpg.connect(self._dsn, server_settings=settings, timeout=TRUSTED)
                began = time.monotonic()
                row = await self._conn.fetchrow(_LOOK)
                witnesses = await self._conn.fetch(_WITNESSES)
            published = 0 if row["id"] is None else state.of_row(self._keys, row).published_entry
        except Forged:
            self._late = True
            self._say("integrity: guard.sealed is forged or damaged")
            return
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if self._conn is not None:
                self._conn.terminate()
                self._conn = None
            self._say(f"how far the journal is sealed is not known ({type(error).__name__})")
            return
        self.witnesses = [WitnessSeen(*one) for one in witnesses]
        self._judge(published, row["newest"], row["age"], began)

    def _judge(self, published: int, newest: int, age: float | None, began: float) -> None:
        """How long the oldest unsealed entry has been seen; at the first look its own age counts.

        By this host's steady clock: an entry's instant is when its transaction began to count, which a long one (an
        import) leaves far behind.
        """
        assert self.longest_lag is not None, "nobody looks where no bound applies"
        first = self._trusted_until == float("-inf")
        if newest > (self._seen[-1][0] if self._seen else published):
            self._seen.append((newest, began - max(age or 0.0, 0.0) if first else began))
        while self._seen and self._seen[0][0] <= published:
            self._seen.popleft()
        self.lag = began - self._seen[0][1] if self._seen else 0.0
        self.published_entry, self.newest = published, newest
        self._trusted_until = began + TRUSTED
        self._late = self.lag > self.longest_lag
        if self._late:
            self._say(f"{newest - published} journal entries are not sealed for {self.lag:.0f} s")

    def _say(self, what: str) -> None:
        now = time.monotonic()
        if now - self._said_at >= _SAID_EVERY:
            self._said_at = now
            _LOG.critical("%s: nothing is released. Is the worker running, and its store writable?", what)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.look()
