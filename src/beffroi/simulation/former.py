"""People whom an office of the demonstration followed years ago: some archived, some due for erasure."""

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

from beffroi.guard import stamped, turnstile
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.personas import OFFICE

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.simulation.world import World

DUE, ARCHIVED, OF_LATE = 14, 6, 2
"""How many people nobody follows any more since more than three years, more than one, and a few weeks."""
_SINCE: Final = timedelta(days=1_900)


async def write(conn: "asyncpg.Connection", keys: "Keys", world: "World", now: datetime) -> int:
    """Let the first people nobody follows, the named one apart, be people whom the office followed; how many.

    Done again, it changes nothing. Takes the guard's role, after the people were imported.
    """
    office = UUID(world.directory.by_code[OFFICE].id)
    nobody = (
        record.person.id for plan in world.plans if plan.organisation_code is None for record in world.people_of(plan)
    )
    people = [UUID(one) for one in islice(nobody, 1, 1 + DUE + ARCHIVED + OF_LATE)]
    async with conn.transaction():
        await turnstile.take(conn)
        known = {
            row[0]
            for row in await conn.fetch(
                "SELECT p.id FROM guard.person p WHERE p.id = ANY ($1) AND NOT EXISTS"
                " (SELECT FROM guard.relation r WHERE r.person = p.id)",
                people,
            )
        }
        for rank, person in enumerate(people):
            days = 1_110 + 9 * rank if rank < DUE else 400 + 30 * rank if rank < DUE + ARCHIVED else 7 * (rank - 18)
            row = {
                "person": person, "organisation": office, "kind": FOLLOWED, "referent": None,
                "since_at": now - _SINCE, "until_at": now - timedelta(days=days), "version": 1,
            }  # fmt: skip
            if person in known:
                await stamped.insert(conn, keys, "relation", row)
    return len(known)
