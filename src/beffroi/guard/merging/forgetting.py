"""What is kept to part two files again, forgotten once they can no longer be parted."""

from typing import TYPE_CHECKING, Final

from beffroi.core.fields import RECORDED
from beffroi.guard import turnstile

if TYPE_CHECKING:
    import asyncpg

_OVER: Final = """
SELECT k.merge, a.person FROM guard.merge_kept k JOIN guard.person_alias a ON a.id = k.merge
WHERE a.undo_until <= guard.instant() ORDER BY k.merge LIMIT 500
"""
_EMPTY: Final = (
    f"UPDATE guard.person SET {', '.join(f'{name} = NULL' for name in RECORDED)}, version = version + 1"
    " WHERE id = ANY ($1::uuid[])"
)
_FORGET: Final = "DELETE FROM guard.merge_kept WHERE merge = ANY ($1::uuid[])"


async def forget(conn: "asyncpg.Connection") -> int:
    """Empty the files that went and can no longer come back; how many. Their keys stay, for reasons sealed by them.

    Nothing of a relation or an index is left of them; a row of an alias is left, so that the journal can be read.
    """
    async with conn.transaction():
        await turnstile.take(conn)
        rows = await conn.fetch(_OVER)
        if rows:
            await conn.execute(_EMPTY, [row["person"] for row in rows])
            await conn.execute(_FORGET, [row["merge"] for row in rows])
        return len(rows)
