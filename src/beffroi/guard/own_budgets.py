"""What an account has spent of its own budgets, and what is left of one: told on screens, never a decision."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from beffroi.core import budgets
from beffroi.core.budgets import EMPTY, Scope, Spent
from beffroi.core.habilitation import caps_of
from beffroi.core.ids import AccountId, Bucket
from beffroi.guard import stamped
from beffroi.guard.budget_rows import window_of
from beffroi.guard.decisions.facts import clock_at

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.duties import OnDuty, Work
    from beffroi.guard.keys import Keys


async def spent(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, buckets: Iterable[Bucket], now: datetime
) -> dict[Bucket, Spent]:
    """What is spent of each bucket. Raises Forged."""
    of_key = {Scope("account", account, bucket).key: bucket for bucket in buckets}
    windows = dict.fromkeys(of_key.values(), EMPTY)
    for row in await conn.fetch("SELECT * FROM guard.budget WHERE key = ANY ($1::text[])", list(of_key)):
        windows[of_key[row["key"]]] = window_of(stamped.genuine(keys, "budget", row))
    clock = clock_at(now)
    return {bucket: budgets.spent(budgets.at(seen, clock.day, clock.hour)) for bucket, seen in windows.items()}


async def left(work: "Work", by: "OnDuty", bucket: Bucket) -> int:
    """How many more people may be charged to this bucket now, whichever span is the nearest. Raises Forged."""
    caps = caps_of(work.policy, bucket, by.habilitation.status)
    if caps is None:
        return 0
    so_far = (await spent(work.conn, work.keys, by.account.id, [bucket], work.now))[bucket]
    return max(0, min(cap - people for cap, people in zip(caps, so_far, strict=True)))
