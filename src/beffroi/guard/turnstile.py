"""One writer at a time: the order in which transactions commit is the order in which the law sees them.

Every batch of decisions and every command that changes a fact a decision reads takes this lock first, in its own
statement, inside its transaction; PostgreSQL releases it at commit or rollback. Under READ COMMITTED each later
statement then sees everything that was committed before, so that a suspension holds from the next batch on (I-07)
and no two batches can spend the same budget (I-02), whatever the number of guards. One lock, hence no deadlock. It is
the lock of a row which the console's role has no right to lock; an advisory lock is anybody's.

The row's number grows with every batch and every change of what guards remember (schema/0006_turns.sql).
"""

from typing import Final

import asyncpg

TAKE: Final = "SELECT number FROM guard.turnstile FOR UPDATE"


class TurnstileGone(RuntimeError):
    """``guard.turnstile`` has lost its row: nothing orders the commits any more, so nothing may be written."""


async def take(conn: asyncpg.Connection) -> None:
    """Wait for the turn of the transaction under way on ``conn`` and hold it until it ends.

    Raises asyncpg.NoActiveSQLTransactionError outside a transaction, where the lock would be dropped at once, and
    TurnstileGone.
    """
    if not conn.is_in_transaction():
        raise asyncpg.NoActiveSQLTransactionError("the turnstile is taken inside a transaction")
    if await conn.execute(TAKE) != "SELECT 1":
        raise TurnstileGone
