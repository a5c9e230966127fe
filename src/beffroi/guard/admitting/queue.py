"""The queue as its managers read it: a page of one organisation's admissions, or of every one from the network."""

from datetime import datetime
from typing import Any, Final

import msgspec

from beffroi.core.approvals import Objection
from beffroi.core.duty import may_hand_out
from beffroi.core.ids import OrganisationId
from beffroi.guard import admissions, stamped
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations.applications import on_offer
from beffroi.guard.stamped import Row

SIZE: Final = 25
_COUNT: Final = """
SELECT count(*) FROM guard.admission WHERE status = 'awaiting-manager' AND ($1::uuid IS NULL OR organisation = $1)
"""
_PAGE: Final = """
SELECT a.*, o.name AS organisation_name FROM guard.admission a JOIN guard.organisation o ON o.id = a.organisation
WHERE a.status = 'awaiting-manager' AND ($1::uuid IS NULL OR a.organisation = $1)
ORDER BY a.created_at, a.id LIMIT $2 OFFSET $3
"""
"""Who has waited longest comes first: of one organisation, or of all."""
_ONE: Final = """
SELECT a.*, o.name AS organisation_name, o.kind AS organisation_kind
FROM guard.admission a JOIN guard.organisation o ON o.id = a.organisation WHERE a.id = $1
"""
_ENTRIES: Final = "SELECT * FROM guard.directory_entry WHERE id = ANY ($1::uuid[])"


class Place(msgspec.Struct, frozen=True):
    """An organisation by its public name."""

    id: str
    name: str


class Told(msgspec.Struct, frozen=True):
    """One admission as the directory told it; ``asks`` is ``account`` for somebody new, ``return`` for a way back."""

    id: str
    organisation: Place
    asks: str
    first_name: str | None
    last_name: str | None
    email: str
    job: str | None
    created_at: datetime


class Queue(msgspec.Struct, frozen=True):
    """A page of admissions; ``rows`` is empty when only their number was asked."""

    total: int
    page: int
    pages: int
    rows: list[Told]


class Shown(msgspec.Struct, frozen=True):
    """One admission, the roles that this person may ask for there, and the applications they may be for."""

    admission: Told
    roles: list[dict[str, Any]]
    applications: list[dict[str, str]]


async def page(work: Work, by: OnDuty, number: int, *, count_only: bool) -> Queue:
    """A page of what waits within reach. Raises Forged, SealRefused, WrappedKeyRefused."""
    place = None if by.everywhere else by.organisation.id
    total: int = await work.conn.fetchval(_COUNT, place)
    rows = [] if count_only else await work.conn.fetch(_PAGE, place, SIZE, SIZE * (number - 1))
    return Queue(total, number, max(1, -(-total // SIZE)), await _told(work, rows))


async def one(work: Work, by: OnDuty, admission: str) -> Shown | Objection:
    """One that waits, for whoever is about to answer. Raises Forged, SealRefused, WrappedKeyRefused."""
    row = await work.conn.fetchrow(_ONE, admission)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
        return Objection.UNKNOWN_ADMISSION
    if row["status"] != admissions.Status.AWAITING_MANAGER:
        return Objection.ADMISSION_CLOSED
    roles = [
        {"code": code, "label": role.label._asdict(), "kind": role.kind.value}
        for code, role in work.policy.roles.items()
        if may_hand_out(by.role, by.organisation.kind, role, row["organisation_kind"])
    ]
    [told] = await _told(work, [row])
    offered = await on_offer(work.conn, work.keys)
    return Shown(told, roles, [{"code": code, "name": name} for code, name in offered.items()])


async def _told(work: Work, rows: list[Row]) -> list[Told]:
    kept = await work.conn.fetch(_ENTRIES, [row["entry"] for row in rows]) if rows else []
    entries = {row["id"]: stamped.genuine(work.keys, "directory_entry", row) for row in kept}
    found = []
    for row in rows:
        stamped.genuine(work.keys, "admission", row)
        each = admissions.read(work.keys, row, entries[row["entry"]])
        asks = "account" if each.account is None else "return"
        found.append(
            Told(
                each.id, Place(each.organisation, row["organisation_name"]), asks, each.told.given_name,
                each.told.family_name, each.told.user_name, each.told.title, each.created_at,
            )
        )  # fmt: skip
    return found
