"""A manager's answer to an admission: taken up as an ordinary request for access, or dismissed.

Whoever calls holds the turnstile, so that of two managers, or a manager and the directory itself, one comes first and
the other finds the admission closed.
"""

from dataclasses import replace
from typing import Any, Final

import msgspec

from beffroi.core.approvals import Objection
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard import admissions, stamped
from beffroi.guard.admissions import Admission, Status
from beffroi.guard.approvals import making
from beffroi.guard.approvals.kinds import Prepared
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations.access import ACCESS, AccessBody, prepare
from beffroi.guard.stamped import Row
from beffroi.guard.web import bodies

_LOCKED: Final = "SELECT * FROM guard.admission WHERE id = $1 FOR UPDATE"
_ENTRY: Final = "SELECT * FROM guard.directory_entry WHERE id = $1"


async def take_up(work: Work, by: OnDuty, admission: str, said: dict[str, Any]) -> Row | Objection:
    """Make the request, completed by ``said``, and close the admission; the request's row.

    Names and address are the directory's unless ``said`` corrects them. Raises Malformed where what results is no
    request, Forged, SealRefused.
    """
    found = await _waiting(work, by, admission)
    if isinstance(found, Objection):
        return found
    told = found.told
    corrected = {"first_name": told.given_name, "last_name": told.family_name, "email": told.user_name} | said
    filled = {name: value for name, value in corrected.items() if value is not None}
    try:
        body = msgspec.convert({**filled, "organisation": found.organisation}, AccessBody)
    except msgspec.ValidationError as error:
        raise bodies.explained(error) from None

    async def judge(work: Work, by: OnDuty, body: AccessBody) -> Prepared | Objection:
        prepared = await prepare(work, by, body)
        if isinstance(prepared, Objection):
            return prepared
        if found.account is not None and prepared.beneficiary != found.account:
            return Objection.ADMISSION_OF_ANOTHER
        return prepared._replace(content={**prepared.content, "admission": found.id})

    made = await making.make(work, by, replace(ACCESS, prepare=judge), body)
    if not isinstance(made, Objection):
        await _close(work, by, found, Status.TAKEN_UP)
    return made


async def dismiss(work: Work, by: OnDuty, admission: str, reason: str) -> Objection | None:
    """Close an admission without a request. Raises Forged, SealRefused."""
    found = await _waiting(work, by, admission)
    if isinstance(found, Objection):
        return found
    await _close(work, by, found, Status.DISMISSED, reason)
    return None


async def _waiting(work: Work, by: OnDuty, admission: str) -> Admission | Objection:
    row = await work.conn.fetchrow(_LOCKED, admission)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
        return Objection.UNKNOWN_ADMISSION
    if stamped.genuine(work.keys, "admission", row)["status"] != Status.AWAITING_MANAGER:
        return Objection.ADMISSION_CLOSED
    entry = await work.conn.fetchrow(_ENTRY, row["entry"])
    return admissions.read(work.keys, row, stamped.genuine(work.keys, "directory_entry", entry))


async def _close(work: Work, by: OnDuty, found: Admission, status: Status, reason: str | None = None) -> None:
    await admissions.close(
        work.conn, work.keys, found.organisation, found.id, status, work.now,
        by=AccountId(by.account.id), reason=reason,
    )  # fmt: skip
