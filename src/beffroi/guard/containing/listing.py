"""What is cut now and what was: who, when, why, what ended with it. Names are for who may know everybody's."""

from typing import Any, Final

from beffroi.core.containing import SAID
from beffroi.core.fields import names as group_names
from beffroi.core.ids import OrganisationId
from beffroi.guard.containing import statements
from beffroi.guard.containing.permission import PEOPLE
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

SIZE: Final = 25
_OF_A_PLACE: Final = ("files", "organisation")


async def rows(
    work: Work, organisation: OrganisationId | None, *, over: bool, page: int = 1, size: int = SIZE
) -> list[Row]:
    """A page of cuts as they are kept, of one organisation or of all, each with the ``total`` of all pages."""
    found: list[Row] = await work.conn.fetch(statements.CUTS, over, size, size * (page - 1), organisation)
    return found


async def listed(work: Work, by: OnDuty, *, over: bool, page: int) -> dict[str, Any]:
    """The same with the names of what was cut and of who cut it. Raises Forged."""
    found = await rows(work, None if by.everywhere else by.organisation.id, over=over, page=page)
    named = await names(work, found)
    total = found[0]["total"] if found else 0
    return {
        "total": total,
        "page": page,
        "pages": max(1, -(-total // SIZE)),
        "cuts": [_told(row, named) for row in found],
    }


async def names(work: Work, cuts: list[Row]) -> dict[str, str]:
    """What people call the scopes and the authors of these cuts, by id. A kind of organisation has no name here."""
    conn = work.conn
    people = {row["scope"] for row in cuts if row["kind"] in PEOPLE}
    people |= {str(row["made_by"]) for row in cuts if row["made_by"] is not None}
    found = await agents.names(conn, work.keys, people)
    for table in ("organisation", "application"):
        scopes = [row["scope"] for row in cuts if row["kind"] == table or (row["kind"], table) == _OF_A_PLACE]
        for row in await conn.fetch(f"SELECT id, name FROM guard.{table} WHERE id::text = ANY ($1::text[])", scopes):
            found[str(row["id"])] = row["name"]
    return found


def _told(row: Row, named: dict[str, str]) -> dict[str, Any]:
    reason = row["reason"]
    label = SAID.get(reason or "")
    return {
        "id": str(row["id"]), "kind": row["kind"], "scope": row["scope"], "name": named.get(row["scope"], ""),
        "groups": group_names(row["groups"]), "since_at": row["since_at"], "ended_at": row["ended_at"],
        "reason": None if reason is None else {"code": reason, "label": label and label._asdict()},
        "made_by": named.get(str(row["made_by"]), "") if row["made_by"] else None, "operator": row["operator"],
        "accounts": row["accounts"], "sessions": row["sessions"],
    }  # fmt: skip
