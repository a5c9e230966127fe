"""POST /v1/enrolments/list: colleagues on their way in, who wait for a code, a course or the end of a probation.

A colleague whose identity must be proven again is one line, ``identity``, whatever he holds.
"""

from collections.abc import Sequence
from typing import Any, Final

from beffroi.core.duty import Duty
from beffroi.core.habilitation import Status
from beffroi.guard import stamped
from beffroi.guard.approvals.doors import page_url
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.habilitations.awaiting import Awaited, awaited
from beffroi.guard.habilitations.codes import CodeState, HandedCode, last_codes
from beffroi.guard.habilitations.confirmation import PROBATION
from beffroi.guard.vault import agents
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

MOST: Final = 200
_UNDER_WAY: Final = """
SELECT h.*, o.requested_by, o.approved_by, o.enrolled_by, o.begun_at, e.name AS organisation_name,
    ARRAY(SELECT a.approver FROM guard.approval a WHERE a.request = o.request AND a.verdict = 'approve') AS agreed
FROM guard.habilitation h JOIN guard.origin o ON o.id = h.id JOIN guard.organisation e ON e.id = h.organisation
WHERE h.status IN ('approved', 'enrolled', 'trained', 'probation') AND h.until_at > $2
    AND ($1::uuid IS NULL OR h.organisation = $1)
ORDER BY h.from_at DESC, h.id LIMIT $3
"""
"""Habilitations on their way from approval to confirmation, at one organisation or at all."""
_TO_PROVE: Final = """
SELECT DISTINCT ON (h.account) h.*, e.name AS organisation_name
FROM guard.habilitation h JOIN guard.organisation e ON e.id = h.organisation
WHERE h.account = ANY ($1::uuid[]) AND h.status IN ('approved', 'enrolled', 'trained', 'probation', 'confirmed')
    AND h.until_at > $2 AND ($3::uuid IS NULL OR h.organisation = $3)
ORDER BY h.account, h.from_at, h.id LIMIT $4
"""
"""One habilitation for each account whose identity must be proven again."""
IDENTITY: Final = "identity"


async def under_way(call: Call) -> Answer:
    """Who is on the way in: who waits for a code, for the course, for the end of a probation."""
    caller = caller_of(call)

    async def act(work: Work, by: OnDuty) -> Answer:
        place = None if by.everywhere else by.organisation.id
        rows = await work.conn.fetch(_UNDER_WAY, place, work.now, MOST)
        again = await awaited(work, None, place)
        ids = {one.account for one in again}
        proving = await work.conn.fetch(_TO_PROVE, list(ids), work.now, place, MOST)
        shown = [*proving, *[row for row in rows if str(row["account"]) not in ids]]
        genuine = [stamped.genuine(work.keys, "habilitation", row) for row in shown]
        accounts = {str(row["account"]) for row in genuine}
        named = await agents.names(work.conn, work.keys, accounts)
        codes = await last_codes(work, accounts)
        told = []
        for row in genuine:
            account = str(row["account"])
            asked = [one for one in again if one.account == account]
            line = _row(work, row, named.get(account, ""), _code_since(codes.get(account), asked), again=bool(asked))
            if isinstance(caller, Caller) and _may_hand(by, row, asked):
                line["proof_url"] = page_url(call, caller, f"/proofs?account={account}")
            told.append(line)
        return json_answer({"rows": told})

    return await with_duty(call, Duty.PROOF, act, writes=False)


def _code_since(code: HandedCode | None, asked: Sequence[Awaited]) -> HandedCode | None:
    """The code handed over for what is awaited: one of an earlier enrolment says nothing of this one."""
    if code is None or any(code.at < one.decided_at for one in asked):
        return None
    return code


def _may_hand(by: OnDuty, row: stamped.Row, asked: Sequence[Awaited]) -> bool:
    """Whether this person may hand the code over, as :func:`.proofing.waiting` decides it again."""
    if not asked and row["status"] != Status.APPROVED:
        return False
    makers, askers = {str(row["account"])}, set[str]()
    if not asked:
        makers |= {str(one) for one in (row["requested_by"], row["approved_by"], *row["agreed"])}
        askers.add(str(row["requested_by"]))
    for one in asked:
        makers |= one.makers
        askers.add(one.requester)
    return by.account.id not in makers and askers.isdisjoint(by.account.pools)


def _row(work: Work, row: stamped.Row, name: str, code: HandedCode | None, *, again: bool) -> dict[str, Any]:
    role = work.policy.roles.get(row["role"])
    begun = None if again else row["begun_at"]
    return {
        "habilitation": str(row["id"]), "name": name, "status": IDENTITY if again else row["status"],
        "role": None if role is None else role.label._asdict(), "organisation": row["organisation_name"],
        "from_at": row["from_at"], "until_at": row["until_at"], "code_at": None if code is None else code.at,
        "code_state": None if code is None else code.state.value,
        "code_open": code is not None and code.state is CodeState.OPEN, "begun_at": begun,
        "confirmable": row["status"] == Status.PROBATION and begun is not None and work.now - begun >= PROBATION,
    }  # fmt: skip


ROUTES: Final[Routes] = {("POST", "/v1/enrolments/list"): under_way}
