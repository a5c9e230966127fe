"""Sending what waits in a table: claim one, hand it over, mark it; at least once, and once where nothing is killed.

A worker killed between handing over and marking leaves a claim that runs out: the same mail, under the same
Message-ID, is then sent again. The address is unsealed for the time of one mail and kept nowhere.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from beffroi.core.mailing import given_up, retry
from beffroi.guard import stamped
from beffroi.guard.notifying.posting import Fate, Outcome, Post, Unreachable
from beffroi.guard.stamped import Row

_LOG: Final = logging.getLogger("beffroi.guard.notifying")
CLAIM: Final = timedelta(minutes=10)
"""How long one worker has a mail to itself: longer than all exchanges of one delivery may last."""
ROUND: Final = 500
"""Mails of one round at most."""
_CLAIM: Final = """
UPDATE guard.{table} SET attempts = attempts + 1, due_at = $1::timestamptz + $2::interval WHERE id = (
    SELECT id FROM guard.{table} WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $1
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
"""
_SENT: Final = "UPDATE guard.{table} SET sent_at = $2, failure = NULL WHERE id = $1"
_FAILED: Final = "UPDATE guard.{table} SET failed_at = $2, failure = $3 WHERE id = $1"
_PUT_OFF: Final = "UPDATE guard.{table} SET due_at = $2, failure = $3 WHERE id = $1"
_RELEASE: Final = (
    "UPDATE guard.{table} SET due_at = $2, attempts = greatest(attempts - 1, 0), failure = $3 WHERE id = $1"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """The address a mail goes to, and the mail; neither shows in a trace."""

    to: str = field(repr=False)
    document: bytes = field(repr=False)


Write = Callable[[Any, Row, datetime], Awaitable[Letter | Outcome]]
"""Write the mail of a row, on this connection, at this instant; or say what becomes of it without being sent."""


class Queue(NamedTuple):
    """A table of mails: its name, the column of when each was made, failures that are no fault of anything here."""

    table: str
    made_at: str
    expected: frozenset[str] = frozenset()

    async def send(self, pool: Any, post: Post, write: Write, stop: Callable[[], bool]) -> Counter[Fate]:
        """Send what is due; what became of it, counted. ``stop`` is asked between two mails.

        Raises Unreachable, with nothing lost, when no mail can be handed over.
        """
        done: Counter[Fate] = Counter()
        try:
            for _ in range(ROUND):
                if stop():
                    break
                fate = await self._one(pool, post, write)
                if fate is None:
                    break
                done[fate] += 1
        finally:
            await post.close()
        return done

    async def _one(self, pool: Any, post: Post, write: Write) -> Fate | None:
        """Send one mail; ``None`` where none is due. No connection is held while the server is spoken to."""
        async with pool.acquire() as conn:
            now = await stamped.instant(conn)
            mail = await conn.fetchrow(_CLAIM.format(table=self.table), now, CLAIM)
            if mail is None:
                return None
            letter = await write(conn, mail, now)
            if isinstance(letter, Outcome):
                return await self._mark(conn, mail, letter, now)
        try:
            outcome = await post.deliver(letter.to, letter.document, str(mail["id"]))
        except Unreachable as error:
            _LOG.error("mail server: %s", error.code)
            async with pool.acquire() as conn:
                release = _RELEASE.format(table=self.table)
                await conn.execute(release, mail["id"], await stamped.instant(conn), error.code)
            raise
        async with pool.acquire() as conn:
            return await self._mark(conn, mail, outcome, await stamped.instant(conn))

    async def _mark(self, conn: Any, mail: Row, outcome: Outcome, now: datetime) -> Fate:
        fate, code = outcome
        if fate is Fate.PUT_OFF and given_up(mail[self.made_at], now):
            fate, code = Fate.REFUSED, "given-up"
        if fate is Fate.SENT:
            await conn.execute(_SENT.format(table=self.table), mail["id"], now)
        elif fate is Fate.PUT_OFF:
            await conn.execute(_PUT_OFF.format(table=self.table), mail["id"], now + retry(mail["attempts"]), code)
        else:
            if code not in self.expected:
                _LOG.error("%s %s will not be sent: %s", self.table, mail["id"], code)
            await conn.execute(_FAILED.format(table=self.table), mail["id"], now, code)
        return fate
