"""What time does to campaigns: reminders, and at the deadline the suspension of whatever nobody kept (I-12)."""

import logging
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from beffroi.core.habilitation import Status
from beffroi.core.policy import Policy, RoleKind
from beffroi.core.reviewing import Verdict, at_deadline, holds_until, reminder, vouched
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import append
from beffroi.guard.notifying import telling
from beffroi.guard.reviewing.opening import digest_of, entry
from beffroi.guard.reviewing.statements import LOAD_ENDING, LOAD_LET_IN
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.reviewing")
AT_ONCE: Final = 100
"""Habilitations ended in one transaction: decisions wait for it."""
DRAFT: Final = timedelta(days=1)
_OPEN: Final = "SELECT id FROM guard.campaign WHERE closed_at IS NULL AND ($1::uuid IS NULL OR organisation = $1)"
_LOCKED: Final = "SELECT * FROM guard.campaign WHERE id = $1 AND closed_at IS NULL FOR UPDATE"
_ACCOUNT: Final = "SELECT * FROM guard.account WHERE id = $1 FOR UPDATE"
_HABILITATION: Final = "SELECT * FROM guard.habilitation WHERE id = $1 FOR UPDATE"
_LEFT: Final = "SELECT count(*) FROM guard.review WHERE campaign = $1 AND verdict IS NULL"
_ALL: Final = "SELECT * FROM guard.review WHERE campaign = $1"
_OF_ACCOUNT: Final = "SELECT * FROM guard.review WHERE campaign = $1 AND account = $2"
_FORGET: Final = "DELETE FROM guard.sitting WHERE signed_at IS NULL AND created_at < $1 RETURNING *"


async def sweep(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime, organisation: str | None = None
) -> Counter[str]:
    """Remind, suspend what is silent past a deadline, close; counts of each. May be killed and run again anywhere.

    ``conn`` has no transaction open. Those who administer are suspended first. What is not genuine is said in the
    log and left as it is, since every decision refuses it: its campaign then stays open, and vouches for nobody.
    """
    counts: Counter[str] = Counter()
    for row in await conn.fetch(_OPEN, organisation):
        forged: list[object] = []
        try:
            while await _step(conn, keys, policy, now, row["id"], counts, forged):
                pass
        except stamped.Forged as error:
            _LOG.critical("integrity: reviews: campaign %s: guard.%s", row["id"], error.table)
    async with conn.transaction():
        await turnstile.take(conn)
        await stamped.record(conn, keys, "sitting", await conn.fetch(_FORGET, now - DRAFT), gone=True)
    return +counts


async def _step(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime, identifier: object,
    counts: Counter[str], forged: list[object],
) -> bool:  # fmt: skip
    """One transaction of a campaign; whether it needs another."""
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow(_LOCKED, identifier)
        if row is None:
            return False
        campaign = stamped.genuine(keys, "campaign", row)
        work = Work(conn, keys, policy, now)
        if now < campaign["due_at"]:
            counts["reminders"] += await _remind(work, campaign)
            return False
        readers = [code for code, role in policy.roles.items() if role.kind is RoleKind.READER]
        rows = await conn.fetch(LOAD_ENDING, identifier, readers, AT_ONCE, forged)
        for review in rows:
            try:
                counts["suspended"] += await _end(work, review)
            except stamped.Forged as error:
                _LOG.critical("integrity: reviews: review %s: guard.%s", review["id"], error.table)
                forged.append(review["id"])
        if rows:
            return True
        if not forged:
            counts["extended"] += await _close(work, campaign)
            counts["closed"] += 1
        return False


async def _remind(work: Work, campaign: Row) -> int:
    days = reminder(campaign["due_at"], campaign["reminded"], work.now)
    if days is None:
        return 0
    left = await work.conn.fetchval(_LEFT, campaign["id"])
    await stamped.amend(work.conn, work.keys, "campaign", campaign, reminded=days)
    detail: dict[str, object] = {"campaign": str(campaign["id"]), "days": days, "left": left}
    place = str(campaign["organisation"])
    await append(work.conn, [entry(work.policy, work.now, "review-reminder", place, detail)])
    await telling.review_reminder(work, campaign, left, days)
    return 1


async def _end(work: Work, review: Row) -> int:
    """Write the machine's verdict, do what it says; 1 when access was suspended. Raises Forged before any write."""
    stamped.genuine(work.keys, "review", review)
    row = await work.conn.fetchrow(_HABILITATION, review["habilitation"])
    held = stamped.genuine(work.keys, "habilitation", row)
    verdict, event = at_deadline(None, Status(held["status"]))
    if event is not None:
        await move(work, held, event, by=None, reason="review-silent")
        await telling.review_suspended(work, review)
    await stamped.amend(work.conn, work.keys, "review", review, verdict=verdict.value, at=work.now)
    return int(event is not None)


async def _close(work: Work, campaign: Row) -> int:
    """End a campaign in which everything has its verdict; extend whom it vouched for, and whom four eyes let in, or
    gave back, while it ran: that was their review. How many. Raises Forged."""
    conn, place = work.conn, str(campaign["organisation"])
    said: dict[str, list[Verdict | None]] = defaultdict(list)
    asked: list[str] = []
    for row in await conn.fetch(_ALL, campaign["id"]):
        review = stamped.genuine(work.keys, "review", row)
        said[str(review["account"])].append(Verdict(review["verdict"]))
        asked.append(str(review["habilitation"]))
    if digest_of(asked) != campaign["digest"]:
        raise stamped.Forged("review")  # one of its lines is gone
    accounts = {account for account, verdicts in said.items() if vouched(verdicts)}
    for row in await conn.fetch(LOAD_LET_IN, campaign["id"], campaign["organisation"]):
        accounts.add(str(stamped.genuine(work.keys, "habilitation", row)["account"]))
    extended = sum([await _extend(work, campaign, account) for account in sorted(accounts)])
    await stamped.amend(conn, work.keys, "campaign", campaign, closed_at=work.now)
    detail: dict[str, object] = {"campaign": str(campaign["id"])}
    await append(conn, [entry(work.policy, work.now, "campaign-closed", place, detail)])
    silent = sum(verdicts.count(Verdict.SILENT) for verdicts in said.values())
    await telling.campaign_closed(work, campaign, silent)
    return extended


async def extend_if_vouched(work: Work, campaign: Row, account: str) -> int:
    """Let an account stand as reviewed until after the next deadline, once nothing of it waits for a word in this
    campaign and something was kept; 1 when that is later than before. Raises Forged."""
    rows = [
        stamped.genuine(work.keys, "review", row)
        for row in await work.conn.fetch(_OF_ACCOUNT, campaign["id"], account)
    ]
    said = [None if row["verdict"] is None else Verdict(row["verdict"]) for row in rows]
    return await _extend(work, campaign, account) if vouched(said) else 0


async def _extend(work: Work, campaign: Row, account: str) -> int:
    row = stamped.genuine(work.keys, "account", await work.conn.fetchrow(_ACCOUNT, account))
    until = holds_until(row["reviewed_until"], campaign["due_at"])
    if until == row["reviewed_until"]:
        return 0
    await stamped.amend(work.conn, work.keys, "account", row, reviewed_until=until)
    detail: dict[str, object] = {"campaign": str(campaign["id"]), "until": until.isoformat()}
    place = str(campaign["organisation"])
    await append(work.conn, [entry(work.policy, work.now, "review-extended", place, detail, account=account)])
    return 1
