"""What is told of partners: the list with its states and what is due, one partner whole, one audit."""

from collections.abc import Mapping
from typing import Any, Final

from beffroi.core.approvals import Objection
from beffroi.core.ids import OrganisationId
from beffroi.core.partner_audit import QUESTIONS
from beffroi.core.partner_lists import LISTS, List
from beffroi.core.partners import Due, State, dues, may_open
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners import audits, lists, sealed
from beffroi.guard.partners.holding import Partner, partner, partners
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

SIZE: Final = 25
_AGENTS: Final = """
SELECT h.organisation, count(DISTINCT h.account) AS agents FROM guard.habilitation h
JOIN guard.account a ON a.id = h.account
WHERE h.organisation = ANY ($1::uuid[]) AND h.status IN ('probation', 'confirmed') AND h.from_at <= $2
    AND $2 < h.until_at AND a.status = 'active'
GROUP BY h.organisation
"""
"""Agents who work now at each organisation."""
_SESSIONS: Final = """
SELECT count(*) FROM guard.session s JOIN guard.habilitation h ON h.id = s.habilitation
WHERE h.organisation = $1 AND s.revoked_at IS NULL AND s.expires_at > $2
"""
_WAITING: Final = """
SELECT count(*) FROM guard.request WHERE organisation = $1 AND status = 'pending' AND expires_at > $2
"""


async def listed(
    work: Work, by: OnDuty, *, state: State | None, overdue: bool, text: str, page: int
) -> dict[str, Any]:
    """A page of partners: all for who works at the network, one's own elsewhere. Raises Forged."""
    found = await partners(work, None if by.everywhere else [by.organisation.id])
    told = [(one, one.state(work), dues(one.standing, work.now)) for one in found]
    wanted = " ".join(text.casefold().split())
    kept = [
        (one, where, due)
        for one, where, due in told
        if (state is None or where is state)
        and (not overdue or any(each.overdue(work.now) for each in due))
        and (wanted in one.organisation["name"].casefold() or wanted in one.organisation["code"].casefold())
    ]
    counts = {each.value: sum(where is each for _, where, _ in told) for each in State}
    shown = kept[SIZE * (page - 1) : SIZE * page]
    working = await _agents(work, [one.id for one, _, _ in shown])
    return {
        "total": len(kept), "page": page, "pages": max(1, -(-len(kept) // SIZE)), "states": counts,
        "overdue": sum(any(each.overdue(work.now) for each in due) for _, _, due in told),
        "rows": [
            {
                "organisation": _organisation(one), "state": where.value, "agents": working.get(one.id, 0),
                "until_at": one.organisation["contract_until"], "dues": _dues(work, due),
            }
            for one, where, due in shown
        ],
    }  # fmt: skip


async def shown(work: Work, by: OnDuty, organisation: OrganisationId) -> dict[str, Any] | Objection:
    """One partner whole, for who may see it; what this person may do with it. Raises Forged or SealRefused."""
    found = await partner(work, organisation) if by.reaches(organisation) else None
    if found is None:
        return Objection.UNKNOWN_PARTNER
    working = await _agents(work, [found.id])
    named = await _names(work, by, found)
    return {
        "organisation": _organisation(found), "state": found.state(work).value,
        "active": found.organisation["active"], "until_at": found.organisation["contract_until"],
        "contract": None if found.contract is None else _contract(work, found.contract),
        "lists": {each.value: _list(work, found, each, named) for each in List},
        "audits": [_audit(found, row) for row in reversed(found.audits)],
        "dues": _dues(work, dues(found.standing, work.now)), "agents": working.get(found.id, 0),
        "sessions": await work.conn.fetchval(_SESSIONS, found.id, work.now),
        "requests": await work.conn.fetchval(_WAITING, found.id, work.now),
        "openable": found.contract is not None and may_open(found.standing, work.now),
        "governs": by.everywhere,
    }  # fmt: skip


async def audit_shown(work: Work, by: OnDuty, audit: str) -> dict[str, Any] | Objection:
    """One audit with its answers, for who may see it. Raises Forged or SealRefused."""
    seen = await audits.seen(work, by, audit)
    if isinstance(seen, Objection):
        return seen
    found, row = seen
    given = {one["question"]: one for one in found.answers[audit]}
    return _audit(found, row) | {
        "organisation": _organisation(found), "governs": by.everywhere,
        "answers": {code: _answer(work, found, given[code]) for code in QUESTIONS if code in given},
    }  # fmt: skip


async def _agents(work: Work, ids: list[OrganisationId]) -> dict[str, int]:
    return {str(row["organisation"]): row["agents"] for row in await work.conn.fetch(_AGENTS, ids, work.now)}


async def _names(work: Work, by: OnDuty, found: Partner) -> Mapping[str, str]:
    """Who ticked what: colleagues of the network, told to the network."""
    if not by.everywhere:
        return {}
    return await agents.names(work.conn, work.keys, {str(row["done_by"]) for row in found.items if row["done_by"]})


def _organisation(found: Partner) -> dict[str, Any]:
    row = found.organisation
    return {"id": found.id, "code": row["code"], "name": row["name"], "kind": row["kind"], "siret": row["siret"]}


def _contract(work: Work, row: Row) -> dict[str, Any]:
    told = {
        name: row[name]
        for name in ("from_at", "until_at", "clauses", "controllers", "level", "opened_at", "ended_at", "version")
    }
    return told | {"contact": sealed.contact(work, row)}


def _list(work: Work, found: Partner, wanted: List, named: Mapping[str, str]) -> list[dict[str, Any]]:
    done = found.done(wanted)
    return [
        {"code": code, "done_at": None, "done_by": "", "proof": ""}
        if code not in done
        else {
            "code": code, "done_at": done[code]["done_at"], "done_by": named.get(str(done[code]["done_by"]), ""),
            "proof": lists.proof_of(work, found, done[code]),
        }
        for code in LISTS[wanted]
    ]  # fmt: skip


def _audit(found: Partner, row: Row) -> dict[str, Any]:
    given = found.answers[str(row["id"])]
    return {
        "id": str(row["id"]), "opened_at": row["opened_at"], "due_at": row["due_at"], "closed_at": row["closed_at"],
        "answered": len(given), "questions": len(QUESTIONS),
        "to_correct": sum(one["due_at"] is not None and one["corrected_at"] is None for one in given),
    }  # fmt: skip


def _answer(work: Work, found: Partner, row: Row) -> dict[str, Any]:
    return {
        "answer": row["answer"], "evidence": audits.evidence_of(work, found, row), "answered_at": row["answered_at"],
        "due_at": row["due_at"], "corrected_at": row["corrected_at"],
    }  # fmt: skip


def _dues(work: Work, found: tuple[Due, ...]) -> list[dict[str, Any]]:
    return [{"matter": due.matter.value, "at": due.at, "overdue": due.overdue(work.now)} for due in found]
