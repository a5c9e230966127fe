"""Files as the sweep of retention sees them: relations of every organisation, holds, what still needs them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from beffroi.core.erasing import File, Tie
from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.personal import Standing
from beffroi.guard import stamped
from beffroi.guard.duties import Work

_PEOPLE: Final = "SELECT id, created_at FROM guard.person WHERE id = ANY ($1::uuid[])"
_RELATIONS: Final = "SELECT * FROM guard.relation WHERE person = ANY ($1::uuid[])"
_KIN: Final = """
WITH RECURSIVE kin(file, id) AS (
    SELECT one, one FROM unnest($1::uuid[]) one
    UNION SELECT k.file, a.person FROM kin k JOIN guard.person_alias a ON a.survivor = k.id AND a.ended_at IS NULL
)
"""
"""Files that were merged into these go with them, so what keeps one of those keeps these. An alias is not verified
here: one that was forged keeps a file, and erases none."""
_HOLDS: Final = f"""
{_KIN} SELECT k.file, h.* FROM kin k JOIN guard.erasure_hold h ON h.person = k.id
WHERE h.ended_at IS NULL AND h.until_at > $2
"""
_REPORTS: Final = f"{_KIN} SELECT k.file, r.* FROM kin k JOIN guard.report r ON r.person = k.id"
_RESTRICTIONS: Final = f"{_KIN} SELECT k.file, x.* FROM kin k JOIN guard.restriction x ON x.person = k.id"
_REQUESTS: Final = f"""
{_KIN} SELECT k.file FROM kin k JOIN guard.person_request q ON q.person = k.id
WHERE q.state NOT IN ('answered', 'refused') AND q.article <> 'erasure'
"""
"""A report, or what the person asks of their own data, needs the file until it is answered; to be erased does not."""


async def load(work: Work, people: Sequence[PersonId]) -> dict[PersonId, File]:
    """Files of those of these people who are there, by person.

    Somebody of whom a relation is forged is left out, and reported: who wrote behind the guard must not thereby have
    a file archived or erased. A forged hold holds, and so does a report that was made to look answered, or a
    restriction to look lifted; one whose relation is gone holds too, until that is made again.
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
        held.add(str(row["file"]))
    wanted = {str(row["file"]) for row in await conn.fetch(_REQUESTS, list(people))}
    for row in await conn.fetch(_REPORTS, list(people)):
        if not stamped.is_genuine(keys, "report", row) or row["standing"] != Standing.ANSWERED:
            wanted.add(str(row["file"]))
    for row in await conn.fetch(_RESTRICTIONS, list(people)):
        if not stamped.is_genuine(keys, "restriction", row) or row["lifted_at"] is None:
            wanted.add(str(row["file"]))
    found = {PersonId(str(row["id"])): row["created_at"] for row in await conn.fetch(_PEOPLE, list(people))}
    return {
        person: File(person, came_at, tuple(ties[person]), person in held, person in wanted)
        for person, came_at in found.items()
        if person not in forged
    }
