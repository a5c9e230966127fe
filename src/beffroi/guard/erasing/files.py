"""Files as the sweep of retention sees them: relations of every organisation, holds, what still needs them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from beffroi.core.erasing import File, Tie
from beffroi.core.ids import OrganisationId, PersonId
from beffroi.guard import stamped
from beffroi.guard.duties import Work

_PEOPLE: Final = "SELECT id, created_at FROM guard.person WHERE id = ANY ($1::uuid[])"
_RELATIONS: Final = "SELECT * FROM guard.relation WHERE person = ANY ($1::uuid[])"
_HOLDS: Final = """
SELECT * FROM guard.erasure_hold WHERE person = ANY ($1::uuid[]) AND ended_at IS NULL AND until_at > $2
"""
_WANTED: Final = """
SELECT person FROM guard.report WHERE person = ANY ($1::uuid[]) AND standing <> 'answered'
UNION SELECT person FROM guard.person_request
WHERE person = ANY ($1::uuid[]) AND state NOT IN ('answered', 'refused') AND article <> 'erasure'
"""
"""A report, or what the person asks of their own data, needs the file until it is answered; to be erased does not."""


async def load(work: Work, people: Sequence[PersonId]) -> dict[PersonId, File]:
    """Files of those of these people who are there, by person.

    Somebody of whom a relation is forged is left out, and reported: who wrote behind the guard must not thereby have
    a file archived or erased. A forged hold holds.
    """
    conn, keys, _, now = work
    ties: dict[PersonId, list[Tie]] = defaultdict(list)
    forged: set[PersonId] = set()
    for row in await conn.fetch(_RELATIONS, list(people)):
        person = PersonId(str(row["person"]))
        if stamped.is_genuine(keys, "relation", row):
            ties[person].append(Tie(OrganisationId(str(row["organisation"])), row["kind"], row["until_at"]))
        else:
            forged.add(person)
    held = set()
    for row in await conn.fetch(_HOLDS, list(people), now):
        stamped.is_genuine(keys, "erasure_hold", row)
        held.add(str(row["person"]))
    wanted = {str(row["person"]) for row in await conn.fetch(_WANTED, list(people))}
    found = {PersonId(str(row["id"])): row["created_at"] for row in await conn.fetch(_PEOPLE, list(people))}
    return {
        person: File(person, came_at, tuple(ties[person]), person in held, person in wanted)
        for person, came_at in found.items()
        if person not in forged
    }
