"""The figures of every account written down once a day, and read back as a trend."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from beffroi.core.ids import AccountId
from beffroi.core.policy import Policy
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.exposure import statements
from beffroi.guard.exposure.keeping import SLICE, Inventory

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

KEPT_DAYS: Final = 400
SHOWN_DAYS: Final = 30


class Day(NamedTuple):
    """People within reach in any 24 hours, as written down on one day (Europe/Paris ordinal)."""

    day: int
    direct: int
    through: int


async def record(conn: Any, keys: "Keys", policy: Policy, at: datetime, inventory: Inventory | None = None) -> int:
    """Write down the exposure of every account on the day of ``at``; how many accounts. One transaction.

    A second call on the same day replaces the figures. Days older than ``KEPT_DAYS`` are deleted. It grants nothing:
    no MAC, no journal, no turnstile. ``inventory`` spares loading the network again.
    """
    kept = inventory or Inventory(keys)
    network = await kept.refresh(conn, policy)
    columns: list[tuple[Any, ...]] = []
    # In one order: two guards that write the same day must not wait for each other.
    for number, account in enumerate(sorted(network.accounts)):
        if number % SLICE == 0:
            await asyncio.sleep(0)
        shown = network.exposure(account)
        columns.append((account, *shown.direct, *shown.through, shown.potential[1], shown.unguarded[1]))
    day = clock_at(at).day
    async with conn.transaction():
        if columns:
            await conn.execute(statements.WRITE_TREND, day, *[list(column) for column in zip(*columns, strict=True)])
        await conn.execute(statements.FORGET_TREND, day - KEPT_DAYS)
    return len(columns)


async def read(conn: Any, accounts: Sequence[AccountId], now: datetime) -> dict[AccountId, tuple[Day, ...]]:
    """The last ``SHOWN_DAYS`` days of each account, oldest first; days on which nothing was written are left out."""
    today = clock_at(now).day
    days = list(range(today - SHOWN_DAYS + 1, today + 1))
    found: dict[AccountId, list[Day]] = {account: [] for account in accounts}
    for row in await conn.fetch(statements.READ_TREND, [UUID(account) for account in accounts], days):
        found[AccountId(str(row["account"]))].append(Day(row["day"], row["direct_24"], row["through_24"]))
    return {account: tuple(days) for account, days in found.items()}
