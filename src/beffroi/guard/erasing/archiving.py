"""Files that nobody has followed for the policy's delay are archived: a relation that only the archive's keeper uses.

The relation is of kind ``archived``, with the organisation that followed the person last. No emergency opens such a
file (:mod:`beffroi.core.decision`), no list holds it; whoever may erase reads it, to answer the person. A relation
that begins ends it (:mod:`beffroi.guard.relating.relations`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.erasing import DAY, archivable
from beffroi.core.ids import PersonId
from beffroi.core.policy import Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.erasing import files
from beffroi.guard.journal import Entry, append
from beffroi.guard.relating import relations

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

TURN: Final = 25
"""Files of one transaction: decisions wait for tens of milliseconds at most."""
MOST: Final = 20_000
"""Files looked at in one run; the next one goes on."""
_ENDED: Final = """
SELECT r.person FROM guard.relation r
WHERE NOT EXISTS (SELECT FROM guard.person_alias a WHERE a.person = r.person AND a.ended_at IS NULL)
GROUP BY r.person HAVING bool_and(r.kind = 'restricted' OR (r.until_at IS NOT NULL AND r.until_at <= $1))
ORDER BY r.person LIMIT $2
"""
"""A file that was merged into another one goes with that one: nobody knows it, the archive's keeper included."""


async def archive(pool: Any, keys: "Keys", policy: Policy, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Archive what is to be, in turns; how many. Between two turns ``stop`` is asked whether to leave it."""
    async with pool.acquire() as conn:
        people = await waiting(Work(conn, keys, policy, await stamped.instant(conn)))
    done: Counter[str] = Counter()
    for begin in range(0, len(people), TURN):
        if stop():
            break
        done["archived"] += await _turn(pool, keys, policy, people[begin : begin + TURN])
        await asyncio.sleep(0)
    return +done


async def waiting(work: Work) -> list[PersonId]:
    """People whom nobody has followed for so long, and whose file is not archived."""
    rows = await work.conn.fetch(_ENDED, work.now - work.policy.retention.archive_days * DAY, MOST)
    return [PersonId(str(row["person"])) for row in rows]


async def _turn(pool: Any, keys: "Keys", policy: Policy, people: Sequence[PersonId]) -> int:
    async with pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        work = Work(conn, keys, policy, await stamped.instant(conn))
        entries = []
        for person, file in (await files.load(work, people)).items():
            organisation = archivable(file, work.now, policy.retention)
            if organisation is None:
                continue
            await relations.begin(conn, keys, person, organisation, relations.ARCHIVED, referent=None, at=work.now)
            entries.append(Entry(work.now, "archived", person, organisation=organisation, policy=policy.version))
        await append(conn, entries)
        return len(entries)
