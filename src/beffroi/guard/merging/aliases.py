"""Other ids of a person: those of files that were merged into theirs (guard.person_alias).

Doors that open, list or change files know nothing of them: a file that was merged away has no relation and no blind
index any more, so its id answers as one that nobody knows. Aliases are for what looks back: the journal names people
by the id they had. And for attachments, which stay under the id they were added to (guard/attachments).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import PersonId
from beffroi.guard import stamped

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

TABLE: Final = "person_alias"
_KIN: Final = """
WITH RECURSIVE kin(id) AS (
    SELECT unnest($1::uuid[])
    UNION SELECT CASE WHEN a.person = k.id THEN a.survivor ELSE a.person END
    FROM kin k JOIN guard.person_alias a ON a.ended_at IS NULL AND (a.person = k.id OR a.survivor = k.id)
)
SELECT * FROM guard.person_alias WHERE ended_at IS NULL AND person IN (SELECT id FROM kin)
"""
_LIVE: Final = "SELECT * FROM guard.person_alias WHERE ended_at IS NULL"


async def family(conn: "asyncpg.Connection", keys: "Keys", person: str) -> tuple[PersonId, ...]:
    """Every id of the natural person whose id this is, in order; itself alone for most. Raises Forged."""
    found = {person}
    for row in await conn.fetch(_KIN, [person]):
        stamped.genuine(keys, TABLE, row)
        found |= {str(row["person"]), str(row["survivor"])}
    return tuple(sorted(PersonId(one) for one in found))


async def merged_into(conn: "asyncpg.Connection", keys: "Keys", person: str) -> tuple[PersonId, ...]:
    """The ids that stand for this file, its own left out; for a file that was itself merged away, those it has.

    None is followed twice, whatever the rows say. Raises Forged.
    """
    pairs = _pairs(keys, await conn.fetch(_KIN, [person]))
    found: dict[str, None] = {}
    looking = [person]
    while looking:
        one = looking.pop()
        below = [goes for goes, stays in pairs.items() if stays == one and goes not in found and goes != person]
        looking += below
        found |= dict.fromkeys(below)
    return tuple(PersonId(one) for one in found)


async def survivor(conn: "asyncpg.Connection", keys: "Keys", person: PersonId) -> PersonId:
    """The file that stands for this id now: itself, unless it was merged away. Raises Forged."""
    rows = await conn.fetch(_KIN, [person])
    return PersonId(resolved(person, _pairs(keys, rows)))


async def standing(conn: "asyncpg.Connection", keys: "Keys", people: Iterable[str]) -> dict[str, str]:
    """Of these ids, the file that stands for each now. Raises Forged."""
    asked = list(dict.fromkeys(people))
    pairs = _pairs(keys, await conn.fetch(_KIN, asked))
    return {person: resolved(person, pairs) for person in asked}


async def survivors(conn: "asyncpg.Connection", keys: "Keys") -> dict[str, str]:
    """Every id of a file that was merged away, and the file that stands for it now. Raises Forged."""
    pairs = _pairs(keys, await conn.fetch(_LIVE))
    return {person: resolved(person, pairs) for person in pairs}


def kin(person: str, survivors: Mapping[str, str]) -> tuple[str, ...]:
    """Every id of this natural person, out of :func:`survivors`, in order."""
    stands = survivors.get(person, person)
    return tuple(sorted({person, stands, *(one for one, other in survivors.items() if other == stands)}))


def _pairs(keys: "Keys", rows: "Iterable[Row]") -> dict[str, str]:
    return {str(stamped.genuine(keys, TABLE, row)["person"]): str(row["survivor"]) for row in rows}


def resolved(person: str, pairs: Mapping[str, str]) -> str:
    """Where following each id to its survivor ends. No id is followed twice: a file merged away has no relation."""
    seen = {person}
    while (after := pairs.get(person)) is not None and after not in seen:
        seen.add(after)
        person = after
    return person
