"""A list that two people signed off is carried out, a few people at a time, each judged anew when their turn comes.

A step is one transaction under the turnstile: killed at any instant, what was erased is erased and the next step goes
on after it. Whoever is followed again, held back, or reported or asked something meanwhile is kept. While the
organisation's files are closed by a containment the list waits. In 24 hours no more people are erased than the policy
says, on whatever ground they were: two approvers in a thief's hands are held to it.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.erasing import DAY, due, room
from beffroi.core.ids import PersonId
from beffroi.core.policy import Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.erasing import files, lists
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.erasing")
_CLOSED: Final = """
SELECT 1 FROM guard.containment c, guard.organisation o
WHERE o.id = $1 AND c.lifted_at IS NULL AND (c.kind = 'everything'
    OR (c.kind = 'organisation' AND c.scope = o.id::text)
    OR (c.kind = 'files' AND c.scope IN (o.id::text, o.kind))) LIMIT 1
"""
"""Whether nobody there opens a file just now, by whoever's word: nothing is destroyed while that is looked into."""
STEP: Final = 10
"""People of one transaction: decisions wait for tens of milliseconds at most."""
_SIGNED: Final = "SELECT id FROM guard.erasure_list WHERE status = 'signed' ORDER BY signed_at, id"
_ERASED: Final = "SELECT count(*) FROM guard.erased WHERE erased_at > $1"


async def carry_out(
    pool: Any, keys: "Keys", policy: Policy, stop: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """Carry out every signed list as far as today allows; how many were erased and kept.

    A list that is not what was signed is left, and reported; the others go on.
    """
    done: Counter[str] = Counter()
    async with pool.acquire() as conn:
        for row in await conn.fetch(_SIGNED):
            while not stop():
                try:
                    counts = await step(conn, keys, policy, str(row["id"]))
                except stamped.Forged as forged:
                    _LOG.critical("integrity: %s", forged)
                    break
                done += counts
                if not counts["erased"] + counts["kept"]:
                    break
                await asyncio.sleep(0)  # others wait for the turn too
    return +done


async def step(conn: Any, keys: "Keys", policy: Policy, id: str, most: int = STEP) -> Counter[str]:
    """The next people of a list, in one transaction. Raises Forged when it is not what was signed."""
    async with conn.transaction():
        await turnstile.take(conn)
        work = Work(conn, keys, policy, await stamped.instant(conn))
        row = await lists.one(work, id)
        if row is None or row["status"] != lists.SIGNED:
            return Counter()
        lines = await lists.lines_of(work, id)
        if not lists.is_whole(row, lines):
            raise stamped.Forged("erasure_line")
        if await conn.fetchval(_CLOSED, row["organisation"]) is not None:
            return Counter()
        left = [line.person for line in lists.to_come(row, lines)]
        allowed = min(most, room(policy.retention, await conn.fetchval(_ERASED, work.now - DAY)))
        turn = left[:allowed]
        counts = Counter({"erased": 0, "kept": 0})
        loaded = await files.load(work, turn)
        for person in turn:
            file = loaded.get(person)
            if file is None or due(file, work.now, policy.retention) is None:
                counts["kept"] += 1
                continue
            await erase_person(conn, keys, entry=_entry(work, row, person))
            counts["erased"] += 1
        changes: dict[str, object] = {
            "erased": row["erased"] + counts["erased"], "kept": row["kept"] + counts["kept"],
        }  # fmt: skip
        if turn:
            changes["reached"] = turn[-1]
        over = len(turn) == len(left)
        if over:
            changes |= {"status": lists.DONE, "ended_at": work.now, "reached": None}
        if turn or over:
            row = await stamped.amend(conn, keys, "erasure_list", row, **changes)
        if over:
            await conn.execute("DELETE FROM guard.erasure_line WHERE list = $1", id)
            await append(conn, [lists.told(work, row, "erasure-list-done")])
        return counts


def _entry(work: Work, row: stamped.Row, person: PersonId) -> Entry:
    detail = json.dumps({"list": str(row["id"])}, separators=(",", ":"))
    return Entry(
        work.now, "erased", person, organisation=str(row["organisation"]), policy=work.policy.version, detail=detail
    )
