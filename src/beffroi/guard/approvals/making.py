"""Making and withdrawing a request: nothing is granted here, and it says at once when nobody could approve it."""

import hashlib
import json
import secrets
import unicodedata
from typing import Any, Final
from uuid import uuid4

import msgspec

from beffroi.core.approvals import LIFE, MOST_PENDING, Objection, State, standing
from beffroi.core.ids import AccountId
from beffroi.core.line import ENOUGH_APPROVERS
from beffroi.guard import stamped
from beffroi.guard.approvals.eligible import brought_in_by, eligible
from beffroi.guard.approvals.kinds import Asked, Kind, Prepared
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import SealRefused, owner_bytes, seal_for, unseal_for
from beffroi.guard.web.requests import Malformed

_PENDING: Final = "SELECT count(*) FROM guard.request WHERE requester = $1 AND status = 'pending' AND expires_at > $2"
_SAME: Final = """
SELECT * FROM guard.request
WHERE kind = $1 AND organisation = $2 AND status = 'pending' AND expires_at > $3
    AND beneficiary IS NOT DISTINCT FROM $4
"""
"""Requests of one kind that wait about the same account, or about accounts that are not there yet."""
_AUTHOR: Final = "SELECT * FROM guard.account WHERE id = $1"


async def make(work: Work, by: OnDuty, kind: Kind[Any], body: Any) -> Row | Objection:
    """Judge, seal, hash and journal a request; its row. The caller's transaction holds the turnstile."""
    prepared = await kind.prepare(work, by, body)
    if isinstance(prepared, Objection):
        return prepared
    if not _plain(msgspec.to_builtins(prepared.content)):
        raise Malformed("$.body", "text without invisible characters")
    requester, conn = by.account.id, work.conn
    if not by.reaches(prepared.organisation):
        return Objection.OUT_OF_REACH
    if prepared.beneficiary == requester:
        return Objection.SAME_PERSON
    if await conn.fetchval(_PENDING, requester, work.now) >= MOST_PENDING:
        return Objection.TOO_MANY_PENDING
    if await _asked_already(work, kind, prepared):
        return Objection.ALREADY_REQUESTED
    enough = max(ENOUGH_APPROVERS, prepared.needed)
    able = await eligible(
        work, prepared.organisation, requester, prepared.beneficiary, needed=prepared.needed, apart=kind.apart
    )
    if kind.about is not None:
        able -= await brought_in_by(work, able, kind.about(prepared.content))
    if len(able) < enough:
        return Objection.TOO_FEW_APPROVERS
    row = await _write(work, by, kind, prepared)
    await telling.request_made(work, row, able)
    return row


def _plain(value: Any) -> bool:
    """Whether no text holds a character that is not seen: with one, two addresses look the same, or a text reads
    backwards, and what an approver reads is not what is signed (Unicode TR 36, section 2)."""
    if isinstance(value, dict):
        return all(_plain(one) for one in value.values())
    if isinstance(value, list | tuple):
        return all(_plain(one) for one in value)
    return not isinstance(value, str) or not any(
        unicodedata.category(one)[0] == "C" or unicodedata.category(one) in ("Zl", "Zp") for one in value
    )


async def _asked_already(work: Work, kind: Kind[Any], prepared: Prepared) -> bool:
    rows = await work.conn.fetch(_SAME, kind.code, prepared.organisation, work.now, prepared.beneficiary)
    for row in rows:
        found = await read(work, row)
        if found.content["body"] == json.loads(msgspec.json.encode(prepared.content)):
            return True
    return False


async def _write(work: Work, by: OnDuty, kind: Kind[Any], prepared: Prepared) -> Row:
    conn, keys, now = work.conn, work.keys, work.now
    identifier, requester = str(uuid4()), by.account.id
    canonical = msgspec.json.encode(
        {
            "beffroi": "request/1", "id": identifier, "kind": kind.code, "requester": requester,
            "organisation": prepared.organisation, "beneficiary": prepared.beneficiary, "at": now,
            "nonce": secrets.token_hex(16), "body": prepared.content,
        },
        order="sorted",
    )  # fmt: skip
    by_whom = await author(work, requester)
    row = {
        "id": identifier, "kind": kind.code, "requester": requester, "beneficiary": prepared.beneficiary,
        "organisation": prepared.organisation, "digest": hashlib.sha256(canonical).digest(),
        "sealed": seal_for(
            keys, owner_bytes(requester), by_whom["wrapped_key"], by_whom["epoch"], f"request/{identifier}", canonical
        ),
        "needed": prepared.needed, "status": State.PENDING.value, "created_at": now, "expires_at": now + LIFE,
        "decided_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "request", row)
    await append(conn, [entry_of(work, row, "requested", requester, session=by.session.id)])
    return row


async def read(work: Work, row: Row) -> Asked:
    """A request's content, found to be what its digest covers. Raises Forged or SealRefused."""
    return read_of(work, row, await author(work, str(row["requester"])))


async def author(work: Work, requester: str) -> Row:
    """The account under whose key a request's content is. Raises Forged."""
    return stamped.genuine(work.keys, "account", await work.conn.fetchrow(_AUTHOR, requester))


def read_of(work: Work, row: Row, author: Row) -> Asked:
    """The same of many requests by one ``author``, whose row was read once. Raises Forged or SealRefused."""
    keys, requester = work.keys, str(row["requester"])
    stamped.genuine(keys, "request", row)
    clear = unseal_for(
        keys, owner_bytes(requester), author["wrapped_key"], author["epoch"], f"request/{row['id']}", row["sealed"]
    )
    if hashlib.sha256(clear).digest() != row["digest"]:
        raise SealRefused("a request is not what its digest covers")
    return Asked(row, json.loads(clear))


async def locked(work: Work, identifier: str) -> Row | None:
    """A request's row, locked and genuine; ``None`` where there is none. Raises Forged."""
    row = await work.conn.fetchrow("SELECT * FROM guard.request WHERE id = $1 FOR UPDATE", identifier)
    return None if row is None else stamped.genuine(work.keys, "request", row)


async def withdraw(work: Work, by: OnDuty, identifier: str) -> Row | Objection:
    """Take back one's own request while it waits."""
    row = await locked(work, identifier)
    if row is None:
        return Objection.UNKNOWN_REQUEST
    if str(row["requester"]) != by.account.id:
        return Objection.NOT_YOURS if by.reaches(Asked(row, {}).organisation) else Objection.UNKNOWN_REQUEST
    if standing(State(row["status"]), row["expires_at"], work.now) is not State.PENDING:
        return Objection.ALREADY_DECIDED
    return await close(work, row, State.WITHDRAWN, by.account.id)


async def close(work: Work, row: Row, state: State, by: AccountId | None) -> Row:
    """End a pending request, journaled. Raises Forged."""
    after = await stamped.amend(work.conn, work.keys, "request", row, status=state.value, decided_at=work.now)
    await append(work.conn, [entry_of(work, row, f"request-{state.value}", by)])
    await telling.request_closed(work, after)
    return after


def entry_of(work: Work, row: Row, word: str, by: str | None, *, session: str | None = None, **more: object) -> Entry:
    """The journal's line about a request: ids, its digest, never its content."""
    detail = {"request": str(row["id"]), "kind": row["kind"], "sha256": row["digest"].hex(), **more}
    if row["beneficiary"] is not None:
        detail["beneficiary"] = str(row["beneficiary"])
    return Entry(
        work.now, word, account=by, session=session, organisation=str(row["organisation"]),
        policy=work.policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
