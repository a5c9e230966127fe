"""The proof that one consultation stands in the published log: a file that is verified without asking anybody."""

import asyncio
from typing import TYPE_CHECKING, Final

from beffroi.core.personal import Objection
from beffroi.guard.sealing import day_keys, proving
from beffroi.guard.sealing.proving import NotProven
from beffroi.guard.sealing.store import Folder

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.settings import GuardSettings

_THERE: Final = "SELECT EXISTS (SELECT FROM guard.journal WHERE entry = $1)"


async def of_entry(
    conn: "asyncpg.Connection", keys: "Keys", settings: "GuardSettings", entry: int
) -> str | Objection:
    """The proof file of an entry that was found to be a consultation of the person who asks.

    Raises StoreRefused and Malformed for a log that cannot be read; WrappedKeyRefused.
    """
    if settings.journal_store is None:
        return Objection.PROOF_NOT_YET
    if not await conn.fetchval(_THERE, entry):
        return Objection.PROOF_GONE
    try:
        shown = await proving.shown(conn, keys, entry)
    except day_keys.DayForgotten:
        return Objection.PROOF_NOT_YET  # the key of a day is made when its first entry is sealed
    except NotProven:
        return Objection.PROOF_GONE
    folder = Folder(settings.journal_store)
    try:
        made = await asyncio.to_thread(lambda: proving.prove(proving.log_at(folder), entry, shown))
    except NotProven:
        return Objection.PROOF_NOT_YET
    return made.render().decode()
