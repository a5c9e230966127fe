"""Openings by break-glass as the journal has them, with what was said of each."""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.broken_glass import DUE
from beffroi.core.ids import OrganisationId
from beffroi.core.policy import Policy
from beffroi.guard import stamped
from beffroi.guard.answers.broken_glass import AllBroken, Broken
from beffroi.guard.answers.shape import Label
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.vault.sealing import SealRefused, owner_bytes, unseal_for

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.broken_glass")
SIZE: Final = 25
_OPENINGS: Final = """
SELECT j.entry, j.at, j.account, j.organisation, j.person, j.role, j.detail, o.name AS organisation_name
FROM guard.journal j LEFT JOIN guard.organisation o ON o.id = j.organisation
WHERE j.kind = 'released' AND j.explanation = 'break-glass' AND j.account IS NOT NULL AND j.organisation IS NOT NULL
"""
_PAGE: Final = f"""
SELECT g.*, v.verdict IS NULL OR v.verdict = 'questioned' AS waits, count(*) OVER () AS total
FROM ({_OPENINGS}) g LEFT JOIN guard.glass_verdict v ON v.entry = g.entry
WHERE ($1::uuid IS NULL OR g.organisation = $1)
    AND ($2::boolean OR v.verdict IS NULL OR v.verdict = 'questioned')
ORDER BY waits DESC, CASE WHEN v.verdict IS NULL OR v.verdict = 'questioned' THEN g.at END, g.at DESC, g.entry
LIMIT $3 OFFSET $4
"""
"""Those that wait first, the oldest of them first; then the others, the latest first."""
_ONE: Final = f"SELECT * FROM ({_OPENINGS}) g WHERE g.entry = $1"
_VERDICTS: Final = "SELECT * FROM guard.glass_verdict WHERE entry = ANY ($1::bigint[])"
_WAITING: Final = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE g.at <= $2) AS late
FROM ({_OPENINGS}) g LEFT JOIN guard.glass_verdict v ON v.entry = g.entry
WHERE ($1::uuid IS NULL OR g.organisation = $1) AND (v.verdict IS NULL OR v.verdict = 'questioned')
"""
_OLDEST: Final = f"""
SELECT g.organisation, min(g.at) AS at
FROM ({_OPENINGS}) g LEFT JOIN guard.glass_verdict v ON v.entry = g.entry
WHERE g.at <= $1 AND (v.verdict IS NULL OR v.verdict = 'questioned') GROUP BY 1
"""
_AGAIN: Final = """
SELECT count(*) FROM guard.journal
WHERE kind = 'released' AND explanation = 'break-glass' AND account = $1 AND at < $2
    AND at > $2::timestamptz - interval '30 days'
"""
_TEXT: Final = """
SELECT t.sealed, t.account, a.wrapped_key, a.epoch FROM guard.free_text t JOIN guard.account a ON a.id = t.account
WHERE t.id = $1
"""


def within_reach(by: OnDuty) -> OrganisationId | None:
    """One's own organisation; ``None`` from the network, which looks at all of them."""
    return None if by.everywhere else by.organisation.id


async def listed(work: Work, by: OnDuty, *, every: bool, page: int) -> AllBroken:
    """A page of those that wait, or of every one. Raises Forged."""
    place = within_reach(by)
    rows = await work.conn.fetch(_PAGE, place, every, SIZE, SIZE * (page - 1))
    counted = await work.conn.fetchrow(_WAITING, place, work.now - DUE)
    total: int = rows[0]["total"] if rows else 0
    shown = await told(work, rows)
    return AllBroken(total, page, max(1, -(-total // SIZE)), counted["waiting"], counted["late"], tuple(shown))


async def waiting(conn: "asyncpg.Connection", place: OrganisationId | None, now: datetime) -> tuple[int, int]:
    """How many wait, and how many of them are late."""
    row = await conn.fetchrow(_WAITING, place, now - DUE)
    return row["waiting"], row["late"]


async def oldest_waiting(conn: "asyncpg.Connection", before: datetime) -> dict[OrganisationId, datetime]:
    """Where something waits since before this instant, and since when the oldest."""
    return {OrganisationId(str(row["organisation"])): row["at"] for row in await conn.fetch(_OLDEST, before)}


async def one(work: Work, by: OnDuty, entry: int) -> Row | None:
    """An opening that this officer examines; ``None`` where there is none, or elsewhere."""
    row: Row | None = await work.conn.fetchrow(_ONE, entry)
    place = within_reach(by)
    return row if row is not None and (place is None or str(row["organisation"]) == place) else None


async def verdicts(work: Work, entries: Sequence[int]) -> Mapping[int, Row]:
    """What was said, by entry. Raises Forged."""
    rows = await work.conn.fetch(_VERDICTS, list(entries))
    return {row["entry"]: stamped.genuine(work.keys, "glass_verdict", row) for row in rows}


async def told(work: Work, rows: Sequence[Row]) -> list[Broken]:
    """Openings as they are shown: who, when, for which listed reason; no person. Raises Forged."""
    said = await verdicts(work, [row["entry"] for row in rows])
    people = {str(row["account"]) for row in rows} | {str(row["judged_by"]) for row in said.values()}
    named = await agents.names(work.conn, work.keys, people)
    return [_broken(work.policy, row, said.get(row["entry"]), named) for row in rows]


def _broken(policy: Policy, row: Row, verdict: Row | None, named: Mapping[str, str]) -> Broken:
    account, organisation = str(row["account"]), str(row["organisation"])
    code = str(json.loads(row["detail"] or "{}").get("reason", ""))
    reason = policy.reasons.get(code)
    return Broken(
        row["entry"], row["at"], account, named.get(account, ""), organisation, row["organisation_name"] or "",
        row["role"], Label(code, code) if reason is None else Label(reason.fr, reason.en), row["at"] + DUE,
        None if verdict is None else verdict["verdict"],
        None if verdict is None else named.get(str(verdict["judged_by"]), ""),
        None if verdict is None else verdict["judged_at"],
    )  # fmt: skip


async def again(work: Work, row: Row) -> int:
    """How many times the same account did so in the 30 days before."""
    count: int = await work.conn.fetchval(_AGAIN, row["account"], row["at"])
    return count


async def text(work: Work, row: Row) -> str | None:
    """What the author typed, found to be what the journal's salted hash covers; ``None`` once it was erased.

    Raises SealRefused when it is not the text of that entry.
    """
    detail: dict[str, Any] = json.loads(row["detail"] or "{}")
    kept = await work.conn.fetchrow(_TEXT, detail.get("text"))
    if kept is None:
        return None
    clear = unseal_for(
        work.keys, owner_bytes(str(kept["account"])), kept["wrapped_key"], kept["epoch"],
        f"free-text/{detail['text']}", kept["sealed"],
    )  # fmt: skip
    said = json.loads(clear)
    hashed = hashlib.sha256((said["salt"] + said["text"]).encode()).hexdigest()
    if not hmac.compare_digest(hashed, str(detail["sha256"])):
        raise SealRefused("a reason is not the one of its entry")
    typed: str = said["text"]
    return typed
