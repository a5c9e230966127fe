"""Audits of a partner: opened by the network, answered by the partner's manager, corrected by a day, closed."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from beffroi.core.approvals import Objection
from beffroi.core.ids import OrganisationId
from beffroi.core.partner_audit import QUESTIONS, TO_CORRECT, VERSION, Answer
from beffroi.core.partners import State
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners import sealed
from beffroi.guard.partners.holding import Partner, locked, partner
from beffroi.guard.partners.writing import record
from beffroi.guard.stamped import Row

_WHERE: Final = "SELECT organisation FROM guard.audit WHERE id = $1"


async def begin(work: Work, by: OnDuty, organisation: OrganisationId, due_at: datetime) -> str | Objection:
    """Open an audit whose answers are due by then; its id. One at a time."""
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found = await locked(work, organisation)
    if found is None:
        return Objection.UNKNOWN_PARTNER
    if due_at <= work.now:
        return Objection.PERIOD_WRONG
    under_way = any(row["closed_at"] is None for row in found.audits)
    if found.contract is None or found.state(work) is not State.OPEN or under_way:
        return Objection.PARTNER_STATE
    row = {
        "id": str(uuid4()), "organisation": found.id, "questionnaire": VERSION, "opened_at": work.now,
        "opened_by": by.account.id, "due_at": due_at, "closed_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "audit", row)
    await record(work, found.id, "audit-opened", by.account.id, {"audit": row["id"]})
    return str(row["id"])


async def seen(work: Work, by: OnDuty, audit: str) -> tuple[Partner, Row] | Objection:
    """An audit and its partner, for who may see it. Commands hold the turnstile: nothing of it changes meanwhile."""
    organisation = await work.conn.fetchval(_WHERE, audit)
    if organisation is None or not by.reaches(OrganisationId(str(organisation))):
        return Objection.UNKNOWN_PARTNER
    found = await partner(work, OrganisationId(str(organisation)))
    assert found is not None, "an audit has a partner"
    return found, next(row for row in found.audits if str(row["id"]) == audit)


async def answer(work: Work, by: OnDuty, audit: str, question: str, said: Answer, evidence: str) -> Objection | None:
    """Answer one question, or answer it again while the audit is open; a new answer has no due date yet."""
    known = await seen(work, by, audit)
    if isinstance(known, Objection):
        return known
    found, row = known
    if row["closed_at"] is not None or found.contract is None:
        return Objection.PARTNER_STATE
    if question not in QUESTIONS:
        return Objection.UNKNOWN_PARTNER
    before = _answer(found, audit, question)
    identifier = str(uuid4()) if before is None else str(before["id"])
    changes = {
        "answer": said.value, "answered_at": work.now, "answered_by": by.account.id, "due_at": None,
        "corrected_at": None,
        "evidence": sealed.sealed(work, found.contract, _label(identifier), evidence.encode()) if evidence else None,
    }  # fmt: skip
    if before is None:
        fresh = {"id": identifier, "audit": audit, "question": question, "version": 1, **changes}
        await stamped.insert(work.conn, work.keys, "audit_answer", fresh)
    else:
        await stamped.amend(work.conn, work.keys, "audit_answer", before, **changes)
    detail = {"audit": audit, "question": question, "answer": said.value}
    await record(work, found.id, "audit-answered", by.account.id, detail)
    return None


async def correct(work: Work, by: OnDuty, audit: str, question: str, due_at: datetime | None) -> Objection | None:
    """Set the day by which an answer must be put right, or (``None``) say that it was. The network's to do."""
    known = await seen(work, by, audit)
    if isinstance(known, Objection):
        return known
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found, _ = known
    row = _answer(found, audit, question)
    if row is None or Answer(row["answer"]) not in TO_CORRECT or row["corrected_at"] is not None:
        return Objection.PARTNER_STATE
    if due_at is None and row["due_at"] is None:
        return Objection.PARTNER_STATE
    if due_at is not None and due_at <= work.now:
        return Objection.PERIOD_WRONG
    changes = {"corrected_at": work.now} if due_at is None else {"due_at": due_at}
    await stamped.amend(work.conn, work.keys, "audit_answer", row, **changes)
    word = "audit-corrected" if due_at is None else "audit-correction-due"
    await record(work, found.id, word, by.account.id, {"audit": audit, "question": question})
    return None


async def close(work: Work, by: OnDuty, audit: str) -> Objection | None:
    """Close an audit: every question has an answer, every answer to be put right a day."""
    known = await seen(work, by, audit)
    if isinstance(known, Objection):
        return known
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found, row = known
    if row["closed_at"] is not None:
        return Objection.PARTNER_STATE
    given = {one["question"]: one for one in found.answers[audit]}
    waiting = [one for one in given.values() if Answer(one["answer"]) in TO_CORRECT and one["due_at"] is None]
    if QUESTIONS.keys() - given.keys() or waiting:
        return Objection.ANSWERS_MISSING
    await stamped.amend(work.conn, work.keys, "audit", row, closed_at=work.now)
    await record(work, found.id, "audit-closed", by.account.id, {"audit": audit})
    return None


def evidence_of(work: Work, found: Partner, row: Row) -> str:
    """What was given to show an answer; empty where nothing was."""
    assert found.contract is not None, "an audit has a contract"
    clear = sealed.opened(work, found.contract, _label(str(row["id"])), row["evidence"])
    return "" if clear is None else clear.decode()


def _answer(found: Partner, audit: str, question: str) -> Row | None:
    return next((one for one in found.answers[audit] if one["question"] == question), None)


def _label(identifier: str) -> str:
    return f"answer/{identifier}"
