"""What a guard does beside answering: breakers every minute; once a day, exposures, months, and what is outlived.

Several guards may do it at once. A failure is logged, and tried again a minute later; where codes of presence are not
forgotten, the next day.
"""

import asyncio
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from beffroi.guard import breaking, migrations, stamped
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.exposure import trend
from beffroi.guard.exposure.keeping import inventory_of
from beffroi.guard.merging.forgetting import forget
from beffroi.guard.notifying.counting import counts as mail_counts
from beffroi.guard.person_rights.writing import forget_outlived
from beffroi.guard.personal import presence_codes
from beffroi.guard.services import Services

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard")
PAUSE: Final = 60.0
"""Seconds between two rounds."""
OUTLIVED: Final = (
    "DELETE FROM guard.question WHERE hour < extract(epoch FROM guard.instant()) / 3600 - 48",
    "DELETE FROM guard.refusal WHERE hour < extract(epoch FROM guard.instant()) / 3600 - 48",
    "DELETE FROM guard.sign_in WHERE expires_at < guard.instant() - interval '1 day'",
    "DELETE FROM guard.handover WHERE expires_at < guard.instant() - interval '1 day'",
    "DELETE FROM guard.person_handover WHERE expires_at < guard.instant() - interval '1 day'",
    "DELETE FROM guard.person_session WHERE expires_at < guard.instant() - interval '1 day'",
    # By the earlier of the two clocks: an assertion may be presented until it ends by PostgreSQL's own.
    "DELETE FROM guard.spent_assertion"
    " WHERE expires_at < least(clock_timestamp(), guard.instant()) - interval '10 minutes'",
    "DELETE FROM guard.attempt WHERE slot < extract(epoch FROM guard.instant()) / 900 - 96",
)
"""Rows that nothing reads any more; each is kept a day or two for who looks into an incident."""


async def daily(conn: Any) -> None:
    """Prepare the journal's coming months and delete what is outlived."""
    await migrations.ensure_journal_partitions(conn)
    for statement in OUTLIVED:
        await conn.execute(statement)
    await forget(conn)
    await forget_outlived(conn)


async def _forget_codes(conn: Any, keys: "Keys", now: datetime) -> None:
    """Codes of presence that are outlived. Whatever it meets, the rest of the day's work is done, and done once."""
    try:
        await presence_codes.forget(conn, keys, now)
    except Exception as error:
        _LOG.error("codes of presence are not forgotten: %s", type(error).__name__)


async def run(services: Services, pause: float = PAUSE) -> None:
    """Rounds until cancelled, the first at once; days and hours are those of the sole clock."""
    done, wait = 0, pause
    while True:
        try:
            async with services.pool.acquire() as conn:
                changed = await breaking.keep(conn, services.keys, services.policy)
                if changed:
                    _LOG.info("breaker: the caps of %d applications changed", changed)
                services.metrics.gauges.update(await mail_counts(conn))
                now = await stamped.instant(conn)
                if clock_at(now).day != done:
                    await daily(conn)
                    await _forget_codes(conn, services.keys, now)
                    await trend.record(conn, services.keys, services.policy, now, inventory_of(services))
                    done = clock_at(now).day
                wait = min(pause, 3600 - now.timestamp() % 3600)  # caps change with the hour
        except Exception as error:
            # Whatever a round meets, the next one must come: caps that nobody judges stay as they are.
            _LOG.error("upkeep failed: %s", type(error).__name__)
            wait = pause
        await asyncio.sleep(wait)
