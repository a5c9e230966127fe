"""How long what a directory told of somebody is kept when nobody admits them: thirty days from the last answer."""

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.scim import entries
from beffroi.guard.scim.users import TIED
from beffroi.guard.scim.words import detail

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

KEPT: Final = timedelta(days=30)
"""Long enough to see that an answer was wrong; no shorter than the life of a request, so none loses its person."""
TURN: Final = 50
"""Entries emptied in one transaction."""
# Answered, and not asked for again since: dismissed, or taken up by a request that came to nothing. Somebody who has
# an account here is not among them. $1: the instant before which the last answer was given.
_OUTLIVED: Final = f"""
SELECT e.* FROM guard.directory_entry e
WHERE e.removed_at IS NULL AND {TIED} IS NULL
    AND EXISTS (SELECT FROM guard.admission a WHERE a.entry = e.id AND a.status IN ('dismissed', 'taken-up'))
    AND NOT EXISTS (SELECT FROM guard.admission a WHERE a.entry = e.id
        AND (a.status IN ('awaiting-manager', 'admitted') OR a.closed_at > $1))
ORDER BY e.id LIMIT $2 FOR UPDATE OF e
"""


async def forget_unadmitted(conn: Any, keys: "Keys") -> Counter[str]:
    """Empty what is outlived, in turns of their own; how many. Raises Forged."""
    counts: Counter[str] = Counter()
    while True:
        async with conn.transaction():
            await turnstile.take(conn)
            now = await stamped.instant(conn)
            rows = await conn.fetch(_OUTLIVED, now - KEPT, TURN)
            for row in rows:
                entry = stamped.genuine(keys, "directory_entry", row)
                await entries.forget(conn, keys, entry, now)
                said = detail(resource=str(row["resource"]))
                await append(
                    conn, [Entry(now, "directory-forgot", organisation=str(row["organisation"]), detail=said)]
                )
        counts["forgotten"] += len(rows)
        if len(rows) < TURN:
            return +counts
