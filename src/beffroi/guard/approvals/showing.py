"""What is told of requests: to who made them, to who may decide them, to who manages the organisation."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from beffroi.core.anomalies import LABELS, Background, anomalies
from beffroi.core.approvals import Objection, State, standing
from beffroi.core.duty import HOLDERS, Duty
from beffroi.core.policy import RoleKind
from beffroi.guard import stamped
from beffroi.guard.approvals import deciding, making
from beffroi.guard.approvals.eligible import brought_in_by, eligible
from beffroi.guard.approvals.kinds import Asked
from beffroi.guard.approvals.registry import KINDS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.exposure.adding import added
from beffroi.guard.habilitations.codes import last_codes
from beffroi.guard.habilitations.identity import IDENTITY
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.vault.sealing import owner_bytes, unseal_for

SIZE: Final = 25
SCOPES: Final = ("mine", "to-decide", "organisation")
_LIST: Final = """
SELECT r.*, o.name AS organisation_name, count(*) OVER () AS total
FROM guard.request r JOIN guard.organisation o ON o.id = r.organisation
WHERE ($1::uuid IS NULL OR r.requester = $1) AND ($2::uuid IS NULL OR r.organisation = $2)
    AND ($3::boolean IS NULL OR (r.status = 'pending' AND r.expires_at > $4) = $3)
    AND ($5::uuid IS NULL OR (r.requester <> $5 AND NOT EXISTS (
        SELECT FROM guard.approval a WHERE a.request = r.id AND a.approver = $5)))
ORDER BY r.created_at DESC, r.id LIMIT $6 OFFSET $7
"""
"""Requests of one requester, or of one organisation, or that one person has still to decide; newest first."""
_GIVEN: Final = "SELECT * FROM guard.approval WHERE request = $1 ORDER BY at, id"
_OTHERS: Final = """
SELECT count(*) FILTER (WHERE created_at > $2::timestamptz - interval '1 day' AND id <> $3) AS same_day,
    count(*) FILTER (WHERE status = 'refused' AND created_at > $2::timestamptz - interval '30 days') AS refused,
    count(*) FILTER (WHERE status = 'approved' AND created_at > $2::timestamptz - interval '90 days') AS approved,
    count(*) FILTER (WHERE status = 'pending' AND expires_at > $2 AND id <> $3) AS pending
FROM guard.request WHERE requester = $1
"""
_PROBATION: Final = """
SELECT EXISTS (SELECT FROM guard.habilitation WHERE account = $1 AND status = 'probation')
"""


_ACCOUNTS: Final = """
SELECT DISTINCT h.account FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id WHERE o.request = $1
"""


async def listed(work: Work, by: OnDuty, scope: str, *, closed: bool, page: int) -> dict[str, Any]:
    """A page of requests that this person may see. Raises Forged or SealRefused."""
    mine = by.account.id if scope == "mine" else None
    place = None if by.everywhere or scope == "mine" else by.organisation.id
    deciding = by.account.id if scope == "to-decide" else None
    rows = await work.conn.fetch(_LIST, mine, place, not closed, work.now, deciding, SIZE, SIZE * (page - 1))
    named = await _names(work, rows)
    found = [await _summary(work, by, await making.read(work, row), row, named) for row in rows]
    total = rows[0]["total"] if rows else 0
    return {"total": total, "page": page, "pages": max(1, -(-total // SIZE)), "rows": found}


async def _names(work: Work, rows: Sequence[Row]) -> dict[str, str]:
    wanted = {str(row[name]) for row in rows for name in ("requester", "beneficiary") if row[name] is not None}
    return await agents.names(work.conn, work.keys, wanted)


async def _summary(work: Work, by: OnDuty, asked: Asked, row: Row, named: dict[str, str]) -> dict[str, Any]:
    kind, body = KINDS[row["kind"]], asked.content["body"]
    concerns = named.get(str(row["beneficiary"]), "")
    # Who approves reads whose account it is; anybody else, what was typed: it may be a stranger's to them.
    if "first_name" in body and not (concerns and by.role.kind in HOLDERS[Duty.APPROVE]):
        concerns = f"{body['first_name']} {body['last_name']}"
    codes = body.get("roles") or ([body["role"]] if "role" in body else [])
    roles = [work.policy.roles[code].label._asdict() for code in codes if code in work.policy.roles]
    return {
        "id": asked.id, "kind": kind.code, "label": kind.label._asdict(), "status": _state(work, row).value,
        "organisation": {"id": asked.organisation, "name": row["organisation_name"]},
        "requester": named.get(asked.requester, ""), "concerns": concerns, "roles": roles,
        "created_at": row["created_at"], "expires_at": row["expires_at"], "decided_at": row["decided_at"],
    }  # fmt: skip


def _state(work: Work, row: Row) -> State:
    return standing(State(row["status"]), row["expires_at"], work.now)


async def shown(work: Work, by: OnDuty, identifier: str) -> dict[str, Any] | Objection:
    """One request whole, with what was said of it and what its approver should know. Raises Forged or SealRefused."""
    row = await work.conn.fetchrow(
        "SELECT r.*, o.name AS organisation_name FROM guard.request r JOIN guard.organisation o"
        " ON o.id = r.organisation WHERE r.id = $1",
        identifier,
    )
    if row is None or not (by.reaches(Asked(row, {}).organisation) or str(row["requester"]) == by.account.id):
        return Objection.UNKNOWN_REQUEST
    asked = await making.read(work, row)
    named = await _names(work, [row])
    kind, approving = KINDS[row["kind"]], by.role.kind in HOLDERS[Duty.APPROVE]
    lines = await kind.words(work, asked)
    if approving and kind.beside is not None:
        lines = (*await kind.beside(work, asked), *lines)
    told = await _summary(work, by, asked, row, named)
    told |= {
        "lines": [{"label": line.label._asdict(), "value": line.value._asdict()} for line in lines],
        "needed": row["needed"], "approvals": await _given(work, asked),
        "mine": asked.requester == by.account.id, "objection": await _against(work, by, asked),
    }  # fmt: skip
    code = await _code(work, asked)
    if code is not None:
        told["code"] = code
    if approving:
        told["background"] = await _background(work, asked)
    return told


async def _code(work: Work, asked: Asked) -> dict[str, Any] | None:
    """What became of the code that an agreed request led to; ``None`` where none was handed over since."""
    if asked.row["status"] != State.APPROVED:
        return None
    accounts = [str(row["account"]) for row in await work.conn.fetch(_ACCOUNTS, asked.id)]
    if asked.row["kind"] == IDENTITY.code:
        accounts.append(str(asked.beneficiary))
    for found in (await last_codes(work, accounts)).values():
        if found.at >= asked.row["decided_at"]:
            return {"state": found.state.value, "at": found.at}
    return None


async def _against(work: Work, by: OnDuty, asked: Asked) -> str | None:
    """Why this person may not decide it now; ``None`` when nothing stands against it."""
    if by.role.kind not in HOLDERS[Duty.APPROVE]:
        return "no-duty"
    if _state(work, asked.row) is not State.PENDING:
        return Objection.ALREADY_DECIDED.value
    found = await deciding.against(work, by.account.id, asked)
    return None if found is None else found.value


async def _given(work: Work, asked: Asked) -> list[dict[str, Any]]:
    rows = [stamped.genuine(work.keys, "approval", row) for row in await work.conn.fetch(_GIVEN, asked.id)]
    named = await agents.names(work.conn, work.keys, [str(row["approver"]) for row in rows])
    return [
        {
            "approver": named.get(str(row["approver"]), ""), "verdict": row["verdict"], "at": row["at"],
            "reason": await _reason(work, asked, row),
        }
        for row in rows
    ]  # fmt: skip


async def _reason(work: Work, asked: Asked, row: Row) -> str | None:
    if row["reason"] is None:
        return None
    author = await work.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", row["approver"])
    clear = unseal_for(
        work.keys, owner_bytes(str(row["approver"])), author["wrapped_key"], author["epoch"], f"refusal/{asked.id}",
        row["reason"],
    )  # fmt: skip
    return clear.decode()


async def _background(work: Work, asked: Asked) -> dict[str, Any]:
    """Who asks: what else they asked, their line, who else could decide; and what deserves a second look."""
    conn, body, row = work.conn, asked.content["body"], asked.row
    author = stamped.genuine(
        work.keys, "account", await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", asked.requester)
    )
    others = await conn.fetchrow(_OTHERS, asked.requester, row["created_at"], asked.id)
    roles = list(_kinds(work, body.get("roles", ())))
    known = Background(
        in_roster=body.get("in_roster", True), made_at=row["created_at"], same_day=others["same_day"],
        refused=others["refused"], requester_since=author["created_at"],
        requester_in_probation=await conn.fetchval(_PROBATION, asked.requester), roles=len(roles),
        manages=RoleKind.MANAGER in roles,
    )  # fmt: skip
    line = await conn.fetchval("SELECT count(*) FROM guard.account WHERE requested_by = $1", asked.requester)
    able = await eligible(
        work, asked.organisation, asked.requester, asked.beneficiary, needed=row["needed"],
        apart=KINDS[row["kind"]].apart,
    )  # fmt: skip
    about = KINDS[row["kind"]].about
    if about is not None:
        able -= await brought_in_by(work, able, about(body))
    return {
        "anomalies": [{"code": one.value, "label": LABELS[one]._asdict()} for one in anomalies(known)],
        "requested_before": line, "approved": others["approved"], "refused": others["refused"],
        "pending": others["pending"], "eligible": len(able), "pool": work.policy.pool._asdict(),
        "added": None if "roles" not in body else (await added(work, asked.organisation, body["roles"]))._asdict(),
    }  # fmt: skip


def _kinds(work: Work, codes: Iterable[str]) -> Iterable[RoleKind]:
    for code in codes:
        role = work.policy.roles.get(code)  # type: ignore[call-overload]
        if role is not None:
            yield role.kind
