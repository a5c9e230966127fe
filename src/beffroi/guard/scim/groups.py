"""Groups: who holds a role at the organisation, with access. Read only: nothing of SCIM gives a role."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from beffroi.core.ids import RoleCode
from beffroi.guard import stamped
from beffroi.guard.scim.visit import Visit
from beffroi.standards.scim.discovery import GROUP
from beffroi.standards.scim.documents import weak_version
from beffroi.standards.scim.filters import Attribute

MOST_MEMBERS: Final = 1_000
"""A group with more shows none of them: a filter on Users says who has access."""
ATTRIBUTES: Final[Mapping[str, Attribute]] = {
    "id": Attribute(lambda values: values["id"], str, case_exact=True),
    "displayname": Attribute(lambda values: values["displayName"], str),
}
_MEMBERS: Final = """
SELECT h.*, coalesce(e.resource, h.account) AS resource
FROM guard.habilitation h
JOIN guard.account a ON a.id = h.account AND a.status IN ('invited', 'active')
LEFT JOIN guard.directory_entry e ON e.organisation = h.organisation AND e.account = h.account
WHERE h.organisation = $1 AND h.status IN ('probation', 'confirmed') AND h.from_at <= $2 AND $2 < h.until_at
    AND ($3::text IS NULL OR h.role = $3)
ORDER BY h.role, resource
"""


def roles(visit: Visit) -> dict[str, RoleCode]:
    """Roles that this kind of organisation may have, by the id of their group."""
    return {
        str(uuid5(UUID(visit.organisation), f"role/{code}")): code
        for code, role in sorted(visit.policy.roles.items())
        if visit.office["kind"] in role.organisations
    }


async def documents(visit: Visit, wanted: Mapping[str, RoleCode]) -> list[dict[str, object]]:
    """These groups as they are shown. Raises Forged."""
    only = next(iter(wanted.values())) if len(wanted) == 1 else None
    members: dict[str, dict[str, None]] = {}
    for row in await visit.conn.fetch(_MEMBERS, visit.organisation, visit.now, only):
        stamped.genuine(visit.keys, "habilitation", row)
        members.setdefault(row["role"], {})[str(row["resource"])] = None
    return [_document(visit, id_, role, list(members.get(role, ()))) for id_, role in wanted.items()]


def filtered_values(group: Mapping[str, object]) -> dict[str, str | bool | datetime | None]:
    """The values a filter is evaluated on."""
    return {name: str(group[name]) for name in ("id", "displayName")}


def _document(visit: Visit, id_: str, role: RoleCode, members: list[str]) -> dict[str, object]:
    group: dict[str, object] = {"schemas": [GROUP], "id": id_, "displayName": role}
    if 0 < len(members) <= MOST_MEMBERS:
        group["members"] = [{"value": one, "$ref": f"{visit.base}/Users/{one}", "type": "User"} for one in members]
    group["meta"] = {
        "resourceType": "Group", "location": f"{visit.base}/Groups/{id_}", "version": weak_version(group),
    }  # fmt: skip
    return group
