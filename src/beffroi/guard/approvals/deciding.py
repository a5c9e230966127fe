"""One approver's word on a request, and what follows from it in the same transaction."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from beffroi.core.approvals import Objection, State, Verdict, after, standing
from beffroi.core.duty import HOLDERS, Duty
from beffroi.core.ids import AccountId
from beffroi.guard import stamped
from beffroi.guard.approvals import making
from beffroi.guard.approvals.eligible import approvers, brought_in_by, objection, tie
from beffroi.guard.approvals.kinds import Asked, Kind
from beffroi.guard.approvals.registry import KINDS
from beffroi.guard.containing.lineage import cut_among
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.journal import append
from beffroi.guard.signin.signing import Signed
from beffroi.guard.vault.sealing import owner_bytes, seal_for

_GIVEN: Final = "SELECT * FROM guard.approval WHERE request = $1 ORDER BY at, id"
_CHALLENGE: Final = b"beffroi/approval/1\0"


class NotCarriedOut(Exception):
    """What was agreed cannot be done: nothing of the approval stays."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.value)
        self.objection = objection


def challenge_of(digest: bytes, nonce: bytes) -> bytes:
    """What the passkey signs: a hash of the request's digest and of a nonce that was never used before.

    The signature is then over exactly that request, and serves once (Web Authentication level 3, section 13.4.3).
    """
    return hashlib.sha256(_CHALLENGE + nonce + digest).digest()


async def standing_of(work: Work, by: OnDuty, identifier: str) -> Asked | Objection:
    """A request this person may decide now, locked; or why not. Raises Forged or SealRefused."""
    row = await making.locked(work, identifier)
    if row is None or by.role.kind not in HOLDERS[Duty.APPROVE] or not by.reaches(Asked(row, {}).organisation):
        return Objection.UNKNOWN_REQUEST
    if standing(State(row["status"]), row["expires_at"], work.now) is not State.PENDING:
        return Objection.ALREADY_DECIDED
    asked = await making.read(work, row)
    return await against(work, by.account.id, asked) or asked


async def against(work: Work, approver: AccountId, asked: Asked) -> Objection | None:
    """Why this person may not decide a pending request; ``None`` when nothing stands against it. Raises Forged.

    Whoever agrees is tied to nobody who agreed before him: two accomplices would be one person's word. Those whose
    approval counts no more stand in nobody's way.
    """
    kind = kind_of(asked)
    found = await objection(work, approver, asked.requester, asked.beneficiary, apart=kind.apart)
    if found is not None:
        return found
    if kind.about is not None and await brought_in_by(work, [approver], kind.about(asked.content["body"])):
        return Objection.WITHIN_LINE
    given = await work.conn.fetch(_GIVEN, asked.id)
    if any(str(one["approver"]) == approver for one in given):
        return Objection.SAME_PERSON
    earlier = await _earlier(work, asked)
    return await tie(work, [*earlier, approver]) if earlier else None


def kind_of(asked: Asked) -> Kind[Any]:
    """The kind of a request; its code was checked when it was made."""
    return KINDS[asked.row["kind"]]


async def approve(work: Work, by: OnDuty, asked: Asked, signed: Signed) -> State:
    """Keep a verified assertion as evidence; with the last one needed, carry out what was asked.

    Raises NotCarriedOut: the caller's transaction must then be rolled back.
    """
    kind = kind_of(asked)
    concerned = [asked.requester]
    if asked.beneficiary is not None and not kind.apart:
        concerned.append(asked.beneficiary)
    if await cut_among(work.conn, concerned):
        raise NotCarriedOut(Objection.LINE_CONTAINED)
    if not await _in_use(work, asked.requester):
        raise NotCarriedOut(Objection.NOT_IN_THAT_STATE)
    changed = await kind.recheck(work, asked)
    if changed is not None:
        raise NotCarriedOut(changed)
    earlier = await _earlier(work, asked)
    evidence = {
        "factor": signed.factor, "nonce": signed.nonce, "assertion": signed.assertion,
        "challenge": challenge_of(asked.row["digest"], signed.nonce), "reason": None,
    }  # fmt: skip
    await _keep(work, by, asked, Verdict.APPROVE, evidence)
    state = after(State.PENDING, len(earlier), asked.row["needed"], Verdict.APPROVE)
    if state is State.APPROVED:
        done = await kind.carry_out(work, asked, (*earlier, by.account.id))
        if done is not None:
            raise NotCarriedOut(done)
        await making.close(work, asked.row, state, by.account.id)
    return state


async def _in_use(work: Work, requester: AccountId) -> bool:
    """Whether the requester's account is in use: what a thief asked for is not granted once he was found."""
    row = await work.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", requester)
    return bool(stamped.genuine(work.keys, "account", row)["status"] == "active")


async def _earlier(work: Work, asked: Asked) -> list[AccountId]:
    """Who agreed before, and still may: not suspended since, nor contained, nor come to be tied by a line."""
    found: list[AccountId] = []
    apart, able = kind_of(asked).apart, await approvers(work, asked.organisation)
    for row in await work.conn.fetch(_GIVEN, asked.id):
        approver = AccountId(str(stamped.genuine(work.keys, "approval", row)["approver"]))
        agreed = row["verdict"] == Verdict.APPROVE and approver in able
        if agreed and await objection(work, approver, asked.requester, asked.beneficiary, apart=apart) is None:
            found.append(approver)
    cut = await cut_among(work.conn, found)
    return [one for one in found if one not in cut]


async def refuse(work: Work, by: OnDuty, asked: Asked, reason: str) -> State:
    """End a request; the reason, in the approver's words, is sealed under his own key and told to the requester."""
    author = stamped.genuine(
        work.keys, "account", await work.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", by.account.id)
    )
    sealed = seal_for(
        work.keys, owner_bytes(by.account.id), author["wrapped_key"], author["epoch"], f"refusal/{asked.id}",
        reason.encode(),
    )  # fmt: skip
    nothing = {"factor": None, "nonce": None, "assertion": None, "challenge": None, "reason": sealed}
    await _keep(work, by, asked, Verdict.REFUSE, nothing)
    await making.close(work, asked.row, State.REFUSED, by.account.id)
    return State.REFUSED


async def _keep(work: Work, by: OnDuty, asked: Asked, verdict: Verdict, evidence: Mapping[str, object]) -> None:
    row = {
        "id": str(uuid4()), "request": asked.id, "approver": by.account.id, "verdict": verdict.value,
        "at": work.now, "version": 1, **evidence,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "approval", row)
    entry = making.entry_of(
        work, asked.row, "approved" if verdict is Verdict.APPROVE else "refused-request", by.account.id,
        session=by.session.id, factor=evidence["factor"],
    )  # fmt: skip
    await append(work.conn, [entry])
