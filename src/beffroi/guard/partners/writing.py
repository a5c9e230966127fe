"""Changing a contract, and with it what decisions read of the organisation; each in the caller's transaction.

``organisation.active`` and ``organisation.contract_until`` are written here and nowhere else: an organisation is
active when access was opened under its contract and nobody ended it, until the contract's last day.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from beffroi.core.ids import OrganisationId
from beffroi.guard import stamped
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.partners import sealed, terms
from beffroi.guard.partners.holding import Partner
from beffroi.guard.sessions.ending import revoke
from beffroi.guard.stamped import Row

_SESSIONS: Final = """
SELECT s.* FROM guard.session s JOIN guard.habilitation h ON h.id = s.habilitation
WHERE h.organisation = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.level < $3
ORDER BY s.id FOR UPDATE OF s
"""
_EVERY_LEVEL: Final = 100


async def write(work: Work, partner: Partner, wanted: Mapping[str, Any], *, by: str, request: str) -> None:
    """Give a partner new terms. One whose contract was ended begins again: its lists are empty, access is closed."""
    row, office = partner.contract, partner.organisation
    columns, keeps = terms.columns(wanted), partner.keeps_access(work)
    if row is None:
        contract: Row = {
            "id": partner.id, **columns, **sealed.fresh(work.keys, partner.id, wanted["contact"]),
            "opened_at": work.now if keeps else None, "ended_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(work.conn, work.keys, "contract", contract)
    else:
        contact = sealed.sealed(work, row, sealed.CONTACT, json.dumps(wanted["contact"]).encode())
        contract = await stamped.amend(
            work.conn, work.keys, "contract", row, **columns, contact=contact, ended_at=None,
            opened_at=row["opened_at"] if keeps else None,
        )  # fmt: skip
        if row["opened_at"] is not None and not keeps:
            await _empty_lists(work, partner)
    await _follow(work, office, contract)
    if row is None or contract["level"] > row["level"]:
        await end_sessions(work, partner.id, "contract-level", below=contract["level"])
    await record(work, partner.id, "contract-changed", by, _told(contract, request=request))


async def open_access(work: Work, partner: Partner, *, by: str, request: str) -> None:
    """Open a partner's access; whether it may be was judged before."""
    assert partner.contract is not None, "what has no contract is not to be opened"
    contract = await stamped.amend(work.conn, work.keys, "contract", partner.contract, opened_at=work.now)
    await _follow(work, partner.organisation, contract)
    await record(work, partner.id, "partner-opened", by, {"request": request})


async def end(work: Work, partner: Partner, until_at: datetime, *, by: str, reason: str) -> int:
    """End a contract, now or on an earlier day than its own; how many sessions ended.

    It holds from the next decision on. An organisation without a contract is closed all the same.
    """
    at_once, office = until_at <= work.now, partner.organisation
    until = min(until_at, office["contract_until"])
    if partner.contract is not None:
        changes = {"until_at": min(until_at, partner.contract["until_at"])}
        if at_once:
            changes["ended_at"] = work.now
        contract = await stamped.amend(work.conn, work.keys, "contract", partner.contract, **changes)
        await _follow(work, office, contract)
    else:
        await stamped.amend(
            work.conn, work.keys, "organisation", office, contract_until=until,
            active=office["active"] and not at_once,
        )  # fmt: skip
    detail = {"reason": reason, "until": _text(until)}
    await record(work, partner.id, "contract-ended", by, detail)
    return await end_sessions(work, partner.id, "contract-ended") if at_once else 0


async def _follow(work: Work, office: Row, contract: Row) -> None:
    active = contract["opened_at"] is not None and contract["ended_at"] is None
    if (office["active"], office["contract_until"]) != (active, contract["until_at"]):
        await stamped.amend(
            work.conn, work.keys, "organisation", office, active=active, contract_until=contract["until_at"]
        )


async def _empty_lists(work: Work, partner: Partner) -> None:
    for row in partner.items:
        if row["done_at"] is not None:
            await stamped.amend(
                work.conn, work.keys, "checklist_item", row, done_at=None, done_by=None, evidence=None
            )


async def end_sessions(work: Work, organisation: OrganisationId, reason: str, *, below: int = _EVERY_LEVEL) -> int:
    """End the live sessions of an organisation's members whose level is ``below`` the one named; how many."""
    rows = await work.conn.fetch(_SESSIONS, organisation, work.now, below)
    return await revoke(work.conn, work.keys, rows, work.now, reason)


async def record(work: Work, organisation: str, word: str, by: str | None, detail: Mapping[str, object]) -> None:
    """The journal's line about a partner: codes, days and ids, never a free text."""
    text = json.dumps(dict(detail), separators=(",", ":"), sort_keys=True)
    entry = Entry(work.now, word, account=by, organisation=organisation, policy=work.policy.version, detail=text)
    await append(work.conn, [entry])


def _told(contract: Row, **more: str) -> dict[str, object]:
    return {
        "from": _text(contract["from_at"]), "until": _text(contract["until_at"]), "level": contract["level"],
        "clauses": list(contract["clauses"]), "version": contract["version"], **more,
    }  # fmt: skip


def _text(at: datetime) -> str:
    return at.astimezone(PARIS).isoformat()
