"""POST /v1/enrolments/list: colleagues on their way in, who wait for a code, a course or the end of a probation."""

from typing import Any, Final

from beffroi.core.duty import Duty
from beffroi.core.habilitation import Status
from beffroi.guard import stamped
from beffroi.guard.approvals.doors import page_url
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.habilitations.confirmation import PROBATION
from beffroi.guard.vault import agents
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

MOST: Final = 200
_UNDER_WAY: Final = """
SELECT h.*, o.requested_by, o.approved_by, o.enrolled_by, o.begun_at, e.name AS organisation_name,
    ARRAY(SELECT a.approver FROM guard.approval a WHERE a.request = o.request AND a.verdict = 'approve') AS agreed,
    (SELECT max(c.created_at) FROM guard.enrolment c WHERE c.account = h.account) AS code_at,
    EXISTS (SELECT FROM guard.enrolment c WHERE c.account = h.account AND c.used_at IS NULL AND c.failures < 5
        AND c.expires_at > $2) AS code_open
FROM guard.habilitation h JOIN guard.origin o ON o.id = h.id JOIN guard.organisation e ON e.id = h.organisation
WHERE h.status IN ('approved', 'enrolled', 'trained', 'probation') AND h.until_at > $2
    AND ($1::uuid IS NULL OR h.organisation = $1)
ORDER BY h.from_at DESC, h.id LIMIT $3
"""
"""Habilitations on their way from approval to confirmation, at one organisation or at all."""


async def under_way(call: Call) -> Answer:
    """Who is on the way in: who waits for a code, for the course, for the end of a probation."""
    caller = caller_of(call)

    async def act(work: Work, by: OnDuty) -> Answer:
        place = None if by.everywhere else by.organisation.id
        rows = await work.conn.fetch(_UNDER_WAY, place, work.now, MOST)
        genuine = [stamped.genuine(work.keys, "habilitation", row) for row in rows]
        named = await agents.names(work.conn, work.keys, {str(row["account"]) for row in rows})
        return json_answer({"rows": [_row(call, caller, work, by, row, named) for row in genuine]})

    return await with_duty(call, Duty.PROOF, act, writes=False)


def _row(call: Call, caller: Any, work: Work, by: OnDuty, row: stamped.Row, named: dict[str, str]) -> dict[str, Any]:
    account, role = str(row["account"]), work.policy.roles.get(row["role"])
    makers = {str(row["requested_by"]), str(row["approved_by"]), *map(str, row["agreed"])}
    waits = row["status"] == Status.APPROVED
    may = waits and by.account.id not in {*makers, account} and str(row["requested_by"]) not in by.account.pools
    told: dict[str, Any] = {
        "habilitation": str(row["id"]), "name": named.get(account, ""), "status": row["status"],
        "role": None if role is None else role.label._asdict(), "organisation": row["organisation_name"],
        "from_at": row["from_at"], "until_at": row["until_at"], "code_at": row["code_at"],
        "code_open": row["code_open"], "begun_at": row["begun_at"],
        "confirmable": row["status"] == Status.PROBATION
        and row["begun_at"] is not None and work.now - row["begun_at"] >= PROBATION,
    }  # fmt: skip
    if may and isinstance(caller, Caller):
        told["proof_url"] = page_url(call, caller, f"/proofs?account={account}")
    return told


ROUTES: Final[Routes] = {("POST", "/v1/enrolments/list"): under_way}
