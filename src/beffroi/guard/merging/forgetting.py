"""What is kept to part two files again, forgotten once they can no longer be parted.

A restricted file is not parted, nor is anything of it destroyed: meanwhile the days to part it do not run.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.fields import RECORDED
from beffroi.core.ids import PersonId
from beffroi.guard import stamped, turnstile
from beffroi.guard.merging.aliases import TABLE

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_OVER: Final = """
SELECT k.merge, a.person FROM guard.merge_kept k JOIN guard.person_alias a ON a.id = k.merge
WHERE a.undo_until <= guard.instant() AND NOT EXISTS (
    SELECT FROM guard.relation r WHERE r.person = a.survivor AND r.kind = 'restricted'
        AND r.since_at <= guard.instant() AND (r.until_at IS NULL OR r.until_at > guard.instant()))
ORDER BY k.merge LIMIT 500
"""
_STOPPED: Final = """
SELECT a.* FROM guard.merge_kept k JOIN guard.person_alias a ON a.id = k.merge
WHERE a.survivor = $1 AND a.ended_at IS NULL AND a.undo_until > $2 FOR UPDATE OF a
"""
_EMPTY: Final = (
    f"UPDATE guard.person SET {', '.join(f'{name} = NULL' for name in RECORDED)}, version = version + 1"
    " WHERE id = ANY ($1::uuid[])"
)
_FORGET: Final = "DELETE FROM guard.merge_kept WHERE merge = ANY ($1::uuid[])"


async def forget(conn: "asyncpg.Connection") -> int:
    """Empty the files that went and can no longer come back; how many.

    Their keys stay: reasons and attachments are sealed by them. Nothing of a relation or an index is left of them; a
    row of an alias is, by which the journal is read and attachments are found.
    """
    async with conn.transaction():
        await turnstile.take(conn)
        rows = await conn.fetch(_OVER)
        if rows:
            await conn.execute(_EMPTY, [row["person"] for row in rows])
            await conn.execute(_FORGET, [row["merge"] for row in rows])
        return len(rows)


async def run_on(
    conn: "asyncpg.Connection", keys: "Keys", survivor: PersonId, since: datetime, now: datetime
) -> None:
    """Give back the days to part this file from another that were left when it was restricted, at ``since``.

    Inside the caller's transaction, under the turnstile. Raises Forged.
    """
    for row in await conn.fetch(_STOPPED, survivor, since):
        await stamped.amend(conn, keys, TABLE, row, undo_until=row["undo_until"] + (now - since))
