"""Hot connections: settings that suit index look-ups by the hundred, and the refusal of a database that forgets."""

from typing import Any, Final

import asyncpg

SCRATCH_MARK: Final = "beffroi_scratch"
_DURABLE: Final = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply", "remote_write", "local"},
}
TIMEOUTS: Final = {
    # A guard that hangs must not hold the turnstile: PostgreSQL ends its transaction.
    "idle_in_transaction_session_timeout": "2000",
    "statement_timeout": "5000",
    "lock_timeout": "4000",
}
PATIENT: Final = "SET LOCAL statement_timeout = '10min'; SET LOCAL idle_in_transaction_session_timeout = '1min'"
"""For a transaction that only reads, many rows: it holds no turn, and may take its time."""
_HOT: Final = {
    "application_name": "beffroi-guard-hot",
    "beffroi.batch": "on",  # batches add one to the turnstile's number themselves (schema/0006_turns.sql)
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "join_collapse_limit": "1",
    **TIMEOUTS,
}


class NotDurable(RuntimeError):
    """The database may forget what it acknowledged: the guard refuses to start."""


async def connect_hot(dsn: str) -> Any:
    """A connection of the hot path. Raises OSError or asyncpg.PostgresError when there is none to be had."""
    return await asyncpg.connect(dsn, server_settings=_HOT, timeout=5.0, command_timeout=None)


async def create_pool(dsn: str, size: int) -> Any:
    """The pool of everything else: sign-in, searches, commands."""
    settings = {"application_name": "beffroi-guard", **TIMEOUTS}
    return await asyncpg.create_pool(dsn, min_size=0, max_size=size, server_settings=settings, timeout=5.0)


async def is_scratch(conn: Any) -> bool:
    """Whether the database bears the mark of a throw-away, which only its administrator can set."""
    return bool(await conn.fetchval("SELECT to_regnamespace($1) IS NOT NULL", SCRATCH_MARK))


async def refuse_forgetful(conn: Any) -> None:
    """Raise NotDurable where a committed row could be lost, throw-away databases excepted."""
    for name, accepted in _DURABLE.items():
        value = await conn.fetchval("SELECT current_setting($1)", name)
        if value not in accepted and not await is_scratch(conn):
            raise NotDurable(f"PostgreSQL runs with {name} = {value}: set it to on, then start the guard again.")
