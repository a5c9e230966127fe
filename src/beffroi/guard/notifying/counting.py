"""How sending fares: counts for /metrics, for the command line and for those who watch; never who."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from beffroi.guard import stamped

_COUNTS: Final = """
SELECT
    (SELECT count(*) FROM guard.message WHERE mail IS NULL AND dropped_at IS NULL)
        AS messages_waiting,
    (SELECT count(*) FROM guard.mail WHERE sent_at IS NULL AND failed_at IS NULL) AS mails_waiting,
    coalesce(extract(epoch FROM $1::timestamptz - (
        SELECT min(composed_at) FROM guard.mail WHERE sent_at IS NULL AND failed_at IS NULL)), 0)::double precision
        AS mail_oldest_seconds,
    (SELECT count(*) FROM guard.mail WHERE sent_at > $1::timestamptz - interval '1 day'
        AND composed_at > $1::timestamptz - interval '8 days') AS mails_sent_day,
    (SELECT count(*) FROM guard.mail WHERE failed_at > $1::timestamptz - interval '1 day'
        AND composed_at > $1::timestamptz - interval '8 days') AS mails_failed_day
"""
_FAILED: Final = """
SELECT m.template, l.failure, count(*) AS times, max(l.failed_at) AS last_at
FROM guard.mail l JOIN guard.message m ON m.mail = l.id
WHERE l.failed_at > $1::timestamptz - interval '7 days' AND l.composed_at > $1::timestamptz - interval '15 days'
GROUP BY m.template, l.failure ORDER BY last_at DESC, m.template, l.failure LIMIT 50
"""
_UNDELIVERED: Final = """
SELECT count(*) FROM guard.mail
WHERE failed_at > $1::timestamptz - interval '7 days' AND composed_at > $1::timestamptz - interval '15 days'
"""
_AGAIN: Final = """
UPDATE guard.mail SET failed_at = NULL, attempts = 0, due_at = $1, composed_at = $1
WHERE failed_at > $1::timestamptz - $2::interval AND failure NOT IN ('integrity', 'account-closed')
"""


class Failed(NamedTuple):
    """Messages of one template that could not be sent in seven days, for one reason."""

    template: str
    failure: str
    times: int
    last_at: datetime


async def counts(conn: Any) -> Mapping[str, float]:
    """What waits, since how many seconds, and what was sent and given up in 24 hours."""
    row = await conn.fetchrow(_COUNTS, await stamped.instant(conn))
    return {name: float(value) for name, value in row.items()}


async def failed(conn: Any) -> list[Failed]:
    """What could not be sent in seven days, the latest first: codes and counts."""
    return [Failed(*row.values()) for row in await conn.fetch(_FAILED, await stamped.instant(conn))]


async def undelivered(conn: Any) -> int:
    """How many mails could not be sent in seven days."""
    number: int = await conn.fetchval(_UNDELIVERED, await stamped.instant(conn))
    return number


async def again(conn: Any, days: int) -> int:
    """Let what could not be sent for ``days`` days be sent again, once what was wrong is put right; how many."""
    done: str = await conn.execute(_AGAIN, await stamped.instant(conn), timedelta(days=days))
    return int(done.rpartition(" ")[2])
