"""What an approved request brings into being: an account that is invited, habilitations that wait for enrolment."""

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from beffroi.core.approvals import Objection
from beffroi.core.habilitation import Event, Status
from beffroi.core.ids import AccountId
from beffroi.core.line import Origin
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked
from beffroi.guard.containing import lineage
from beffroi.guard.duties import Work
from beffroi.guard.habilitations import applications
from beffroi.guard.habilitations.moving import OF_ACCOUNT, move
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import lines_of
from beffroi.guard.stamped import Row
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import new_key, owner_bytes, seal

REVIEWED: Final = timedelta(days=92)
"""A new account is reviewed within a quarter."""

_IN_FORCE: Final = """
SELECT EXISTS (SELECT FROM guard.habilitation
    WHERE account = $1 AND status IN ('probation', 'confirmed') AND $2 < until_at)
"""


async def create(work: Work, asked: Asked, approver: AccountId, email_index: UUID) -> Row:
    """An account nobody has signed in to yet; it charges the offspring pools of who asked for it (I-03)."""
    conn, keys, policy, now = work
    body, account = asked.content["body"], AccountId(str(uuid4()))
    lines = await lines_of(conn, keys, policy, [asked.requester, approver], now)
    pools = lines.adding(account, Origin(asked.requester, approver)).pools(account, {})
    own_key, owner = new_key(), owner_bytes(account)
    agent = Agent(
        first_name=body["first_name"], last_name=body["last_name"], email=body["email"], job=body["job"],
        site=body.get("site"),
    )  # fmt: skip
    row = {
        "id": account, "status": "invited", "subject_index": None, "idp_id": None, "email_index": email_index,
        "wrapped_key": keys.wrap(own_key, owner), "epoch": keys.epoch,
        "personal": seal(own_key, owner, "agent", encode(agent)),
        "attested_until": now,  # none yet: the course comes after the enrolment
        "reviewed_until": now + REVIEWED, "requested_by": asked.requester, "approved_by": approver,
        "pools": list(pools), "created_at": now, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "account", row)
    await lineage.follow(conn, keys, [account], now, request=asked.id)
    detail = _detail(request=asked.id, requested_by=asked.requester, approved_by=approver, pools=list(pools))
    entry = Entry(
        now, "account-created", account=account, organisation=asked.organisation, policy=policy.version, detail=detail
    )
    await append(conn, [entry])
    return row


async def habilitate(
    work: Work, asked: Asked, approver: AccountId, account: Row, period: tuple[datetime, datetime]
) -> Objection | None:
    """Give the account the roles asked for, approved and no more.

    Somebody who was enrolled and trained before begins a probation at once: who they are is known already. Where
    nothing else of theirs is in force, four eyes have just reviewed all that there is.
    """
    if not await work.conn.fetchval(_IN_FORCE, account["id"], work.now):
        account = await vouch(work, account, request=asked.id)
    for code in asked.content["body"]["roles"]:
        row = {
            "id": str(uuid4()), "account": str(account["id"]), "organisation": asked.organisation, "role": code,
            "status": Status.APPROVED.value, "from_at": period[0], "until_at": period[1], "version": 1,
        }  # fmt: skip
        kept = await stamped.insert(work.conn, work.keys, "habilitation", row)
        origin = {
            "id": row["id"], "request": asked.id, "requested_by": asked.requester, "approved_by": approver,
            "enrolled_by": None, "proof": None, "trained_at": None, "begun_at": None, "confirmed_by": None,
            "confirmed_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(work.conn, work.keys, "origin", origin)
        served_in = asked.content["body"]["applications"]
        await applications.give(work.conn, work.keys, str(row["id"]), served_in)
        detail = _detail(
            habilitation=row["id"], applications=served_in, request=asked.id, to=Status.APPROVED.value, by=approver
        )
        entry = Entry(
            work.now, "habilitation", account=str(account["id"]), organisation=asked.organisation, role=code,
            explanation=Event.APPROVE.value, policy=work.policy.version, detail=detail,
        )  # fmt: skip
        await append(work.conn, [entry])
        if account["status"] == "active" and account["subject_index"] is not None:
            await begin(work, kept, by=approver, enrol=True)
    return None


async def vouch(work: Work, account: Row, **why: object) -> Row:
    """Let a lapsed review begin anew, where people have just agreed about the account: otherwise what they gave would
    stay refused until a campaign that may be months away. One that still holds is left as it is. Raises Forged."""
    if account["reviewed_until"] > work.now:
        return account
    until = work.now + REVIEWED
    vouched = await stamped.amend(work.conn, work.keys, "account", account, reviewed_until=until)
    detail = _detail(until=until.isoformat(), **why)
    entry = Entry(
        work.now, "review-extended", account=str(account["id"]), policy=work.policy.version, detail=detail
    )  # fmt: skip
    await append(work.conn, [entry])
    return vouched


async def begin(work: Work, habilitation: Row, *, by: str | None, enrol: bool = False) -> None:
    """As far as the facts of its account lead: enrolled, then trained and in probation while an attestation holds."""
    row: Row | None = habilitation
    if enrol and row is not None:
        row = await move(work, row, Event.ENROL, by=by)
    account = await work.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", habilitation["account"])
    attested = stamped.genuine(work.keys, "account", account)["attested_until"] > work.now
    if row is None or not attested or row["status"] != Status.ENROLLED:
        return
    trained = await move(work, row, Event.TRAIN, by=by)
    assert trained is not None, "an enrolled habilitation can be trained"
    await move(work, trained, Event.BEGIN, by=by)
    origin = await work.conn.fetchrow("SELECT * FROM guard.origin WHERE id = $1 FOR UPDATE", row["id"])
    if origin is not None:
        await stamped.amend(work.conn, work.keys, "origin", origin, trained_at=work.now, begun_at=work.now)


async def enrolled(work: Work, account: str) -> None:
    """A second factor was enrolled with the code that people handed over: habilitations that waited for it go on."""
    for row in await work.conn.fetch(OF_ACCOUNT, account):
        if stamped.genuine(work.keys, "habilitation", row)["status"] == Status.APPROVED:
            await begin(work, row, by=None, enrol=True)


async def begun_again(work: Work, account: str) -> None:
    """A factor was enrolled with a code: a probation under way counts from here, not from the days without one."""
    for row in await work.conn.fetch(OF_ACCOUNT, account):
        if stamped.genuine(work.keys, "habilitation", row)["status"] != Status.PROBATION:
            continue
        origin = await work.conn.fetchrow("SELECT * FROM guard.origin WHERE id = $1 FOR UPDATE", row["id"])
        if origin is not None:
            await stamped.amend(work.conn, work.keys, "origin", origin, begun_at=work.now)


async def attested(work: Work, account: str) -> None:
    """The course and its exam were passed: habilitations that waited for them begin their probation."""
    for row in await work.conn.fetch(OF_ACCOUNT, account):
        if stamped.genuine(work.keys, "habilitation", row)["status"] == Status.ENROLLED:
            await begin(work, row, by=None)


def _detail(**members: object) -> str:
    return json.dumps(members, separators=(",", ":"), sort_keys=True)
