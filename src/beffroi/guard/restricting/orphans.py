"""Restrictions whose organisation closed, or has no contract any more: nobody is left there to lift them.

Whoever follows the person then may, once the person was told, as the organisation itself would have done.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import OrganisationId, PersonId
from beffroi.guard import stamped
from beffroi.guard.relating import relations

if TYPE_CHECKING:
    from beffroi.guard.duties import Work
    from beffroi.guard.stamped import Row

_MOST: Final = 500
_CLOSED: Final = (
    "SELECT * FROM guard.organisation WHERE id = ANY ($1::uuid[]) AND (NOT active OR contract_until <= $2)"
)
_LEFT: Final = """
SELECT x.* FROM guard.restriction x JOIN guard.organisation o ON o.id = x.organisation
WHERE x.lifted_at IS NULL AND x.organisation <> $1 AND (NOT o.active OR o.contract_until <= $2) AND EXISTS (
    SELECT FROM guard.relation r WHERE r.person = x.person AND r.organisation = $1 AND r.kind = 'followed'
        AND r.since_at <= $2 AND (r.until_at IS NULL OR r.until_at > $2))
ORDER BY x.since_at DESC, x.id LIMIT $3
"""


async def among(work: "Work", organisation: OrganisationId, rows: "Sequence[Row]") -> "list[tuple[Row, str]]":
    """Of these restrictions, those that ``organisation`` may lift for one that closed, and the name of that one.

    A forged organisation has not closed. Raises Forged for a forged relation.
    """
    conn, keys, _, now = work
    offices = await conn.fetch(_CLOSED, [row["organisation"] for row in rows], now)
    closed = {row["id"]: row["name"] for row in offices if stamped.is_genuine(keys, "organisation", row)}
    people = [PersonId(str(row["person"])) for row in rows]
    followed = {row["person"] for row in await relations.followed(conn, keys, people, organisation, now)}
    return [
        (row, closed[row["organisation"]])
        for row in rows
        if row["organisation"] in closed and row["person"] in followed
    ]


async def listed(work: "Work", organisation: OrganisationId) -> "list[tuple[Row, str]]":
    """All of them that ``organisation`` may lift; a forged restriction is left out. Raises Forged."""
    rows = await work.conn.fetch(_LEFT, organisation, work.now, _MOST)
    return await among(work, organisation, [row for row in rows if stamped.is_genuine(work.keys, "restriction", row)])
