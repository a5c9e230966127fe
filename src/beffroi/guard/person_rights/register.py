"""Rows of the register: read by the other doors of this room."""

from typing import TYPE_CHECKING, Any, Final

from beffroi.core.ids import PersonId
from beffroi.core.person_rights import Standing, State
from beffroi.guard import stamped
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.merging import aliases

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

TABLE: Final = "person_request"
_ONE: Final = "SELECT * FROM guard.person_request WHERE id = $1 FOR UPDATE"


def standing_of(row: "Row") -> Standing:
    """A row as the law reads it."""
    return Standing(row["received_at"].astimezone(PARIS).date(), State(row["state"]), row["extended"])


async def own_request(conn: Any, keys: "Keys", request: str, person: PersonId, organisation: str) -> "Row | None":
    """A request that this person made to this organisation, locked; another is as one that was never made.

    Raises Forged.
    """
    row = await conn.fetchrow(_ONE, request)
    if row is None or str(row["organisation"]) != organisation:
        return None
    stamped.genuine(keys, TABLE, row)
    return row if await aliases.survivor(conn, keys, PersonId(str(row["person"]))) == person else None
