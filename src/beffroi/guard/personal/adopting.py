"""Reports that were made before they carried a MAC are believed once, when the schema is brought forward."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from beffroi.guard import key_check, stamped

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_ALL: Final = "SELECT * FROM guard.report ORDER BY id"
_STAMP: Final = "UPDATE guard.report SET mac = $2 WHERE id = $1"


async def adopt_reports(conn: "asyncpg.Connection", load_keys: "Callable[[], Keys]") -> None:
    """Stamp every report there is and journal its fact: the step of migration 0053, in its transaction, once.

    Keys are loaded only where there is something to authenticate. Raises KeysRefused, and what ``load_keys`` raises.
    """
    rows = await conn.fetch(_ALL)
    if not rows:
        return
    keys = load_keys()
    await key_check.verify_keys(conn, keys)
    stamps = [{**row, "mac": keys.authenticator.stamp_row("report", row)} for row in rows]
    await conn.executemany(_STAMP, [(row["id"], row["mac"]) for row in stamps])
    await conn.execute("SELECT guard.ensure_journal_partitions(0)")
    await stamped.record(conn, keys, "report", stamps)
