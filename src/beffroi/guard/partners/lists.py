"""The check-lists of a partner: ticking an item with a reference to its proof, and taking that back."""

import hashlib
from typing import Final
from uuid import uuid4

from beffroi.core.approvals import Objection
from beffroi.core.ids import OrganisationId
from beffroi.core.partner_lists import LISTS, List
from beffroi.core.partners import State
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners import sealed
from beffroi.guard.partners.holding import Partner, locked
from beffroi.guard.partners.writing import record

WHEN: Final = {
    List.ONBOARDING: frozenset({State.ONBOARDING, State.OPEN}),
    List.OFFBOARDING: frozenset({State.OFFBOARDING}),
}
"""The states of a partner in which each list is worked on."""


async def tick(
    work: Work, by: OnDuty, organisation: OrganisationId, wanted: List, code: str, proof: str | None
) -> Objection | None:
    """Say that an item is done, with what shows it; ``proof`` ``None`` takes that back."""
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found = await locked(work, organisation)
    if found is None or code not in LISTS[wanted]:
        return Objection.UNKNOWN_PARTNER
    if found.contract is None or found.state(work) not in WHEN[wanted]:
        return Objection.PARTNER_STATE
    if (code in found.done(wanted)) == (proof is not None):
        return Objection.PARTNER_STATE
    await _write(work, by, found, wanted, code, proof)
    return None


async def _write(work: Work, by: OnDuty, found: Partner, wanted: List, code: str, proof: str | None) -> None:
    assert found.contract is not None, "a list has a contract"
    row = next((one for one in found.items if (one["list"], one["code"]) == (wanted.value, code)), None)
    identifier = str(uuid4()) if row is None else str(row["id"])
    evidence = None if proof is None else sealed.sealed(work, found.contract, _label(identifier), proof.encode())
    changes = {
        "done_at": None if proof is None else work.now, "done_by": None if proof is None else by.account.id,
        "evidence": evidence,
    }  # fmt: skip
    if row is None:
        item = {"id": identifier, "organisation": found.id, "list": wanted.value, "code": code, "version": 1}
        await stamped.insert(work.conn, work.keys, "checklist_item", {**item, **changes})
    else:
        await stamped.amend(work.conn, work.keys, "checklist_item", row, **changes)
    detail: dict[str, object] = {"list": wanted.value, "item": code}
    if evidence is not None:
        detail["sealed"] = hashlib.sha256(evidence).hexdigest()
    await record(work, found.id, "checklist-undone" if proof is None else "checklist-done", by.account.id, detail)


def proof_of(work: Work, found: Partner, row: stamped.Row) -> str:
    """The reference kept with a done item; empty where an import wrote none."""
    assert found.contract is not None, "a list has a contract"
    clear = sealed.opened(work, found.contract, _label(str(row["id"])), row["evidence"])
    return "" if clear is None else clear.decode()


def _label(identifier: str) -> str:
    return f"check/{identifier}"
