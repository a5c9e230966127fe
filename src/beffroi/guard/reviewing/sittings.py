"""A reviewer's sitting: verdicts given one by one, or for a group, bound to a hash, then signed at once.

The list is drawn here and kept here, so that what is signed is exactly what the guard's page shows; the console
carries its id and nothing more. Nobody reviews himself, nor anybody whom a line of creation ties to him (I-04).
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import uuid4

from beffroi.core.approvals import Objection
from beffroi.core.habilitation import ACCESS, Event, Status
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.line import Lines
from beffroi.core.reviewing import Verdict, is_open
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import lines_of
from beffroi.guard.reviewing.closing import extend_if_vouched
from beffroi.guard.reviewing.statements import LOAD_SHEET
from beffroi.guard.signin.signing import Signed
from beffroi.guard.stamped import Row

MOST: Final = 300
"""Verdicts of one sitting: a page that somebody can read."""
LIFE: Final = timedelta(hours=1)
_CHALLENGE: Final = b"beffroi/review/1\0"
_CAMPAIGN: Final = "SELECT * FROM guard.campaign WHERE id = $1"
_SITTING: Final = "SELECT * FROM guard.sitting WHERE id = $1 FOR UPDATE"
_REVIEWS: Final = "SELECT * FROM guard.review WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE"
_HABILITATIONS: Final = "SELECT * FROM guard.habilitation WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE"


class Said(NamedTuple):
    """A reviewer's word on one habilitation: the line of the campaign, the habilitation, and the word."""

    review: Row
    habilitation: Row
    verdict: Verdict


class Drawn(NamedTuple):
    """A sitting that can be signed now: its row, its campaign, and what it says."""

    row: Row
    campaign: Row
    said: Sequence[Said]


def challenge_of(digest: bytes, nonce: bytes) -> bytes:
    """What the passkey signs: a hash of the sitting's digest and of a nonce that was never used before."""
    return hashlib.sha256(_CHALLENGE + nonce + digest).digest()


async def campaign_of(work: Work, by: OnDuty, identifier: str) -> Row | Objection:
    """A campaign of an organisation that this person reaches. Raises Forged."""
    row = await work.conn.fetchrow(_CAMPAIGN, identifier)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
        return Objection.UNKNOWN_CAMPAIGN
    return stamped.genuine(work.keys, "campaign", row)


async def lines_from(work: Work, by: OnDuty, accounts: Sequence[str]) -> Lines:
    """Lines good for telling whom this person may review among these accounts. Raises Forged."""
    wanted = {by.account.id, *[AccountId(account) for account in accounts]}
    return await lines_of(work.conn, work.keys, work.policy, wanted, work.now)


async def draw(
    work: Work, by: OnDuty, campaign: Row, verdicts: dict[str, Verdict], *, together: bool
) -> Row | Objection:
    """Bind verdicts to a hash, those kept ``together`` added as far as this person may and a sitting holds."""
    if not is_open(campaign["due_at"], campaign["closed_at"], work.now):
        return Objection.CAMPAIGN_OVER
    rows = {str(row["id"]): row for row in await work.conn.fetch(LOAD_SHEET, campaign["id"], by.account.id)}
    if not verdicts.keys() <= rows.keys():
        return Objection.SHEET_CHANGED
    group = [row for name, row in rows.items() if together and not row["reasons"] and name not in verdicts]
    group = group[: max(0, MOST - len(verdicts))]
    named = [rows[name] for name in verdicts]
    lines = await lines_from(work, by, [str(row["account"]) for row in (*named, *group)])
    if not all(lines.outside(by.account.id, AccountId(str(row["account"]))) for row in named):
        return Objection.WITHIN_LINE
    said = {name: verdict.value for name, verdict in verdicts.items()}
    said |= {
        str(row["id"]): Verdict.KEEP.value
        for row in group
        if lines.outside(by.account.id, AccountId(str(row["account"])))
    }
    if not said:
        return Objection.SHEET_CHANGED
    content = {
        "beffroi": "review/1", "campaign": str(campaign["id"]), "organisation": str(campaign["organisation"]),
        "reviewer": by.account.id, "at": work.now.isoformat(), "nonce": secrets.token_hex(16),
        "verdicts": [
            {"review": name, "habilitation": str(rows[name]["habilitation"]), "verdict": said[name]}
            for name in sorted(said)
        ],
    }  # fmt: skip
    text = _canonical(content)
    row = {
        "id": str(uuid4()), "campaign": str(campaign["id"]), "reviewer": by.account.id, "content": text,
        "digest": hashlib.sha256(text.encode()).digest(), "created_at": work.now, "signed_at": None, "factor": None,
        "nonce": None, "challenge": None, "assertion": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "sitting", row)
    return row


async def drawn(work: Work, by: OnDuty, identifier: str) -> Drawn | Objection:
    """One's own sitting, judged anew: all of it still waits, and no line has come to tie. Raises Forged."""
    row = await work.conn.fetchrow(_SITTING, identifier)
    if row is None or str(row["reviewer"]) != by.account.id:
        return Objection.UNKNOWN_CAMPAIGN
    stamped.genuine(work.keys, "sitting", row)
    campaign = await campaign_of(work, by, str(row["campaign"]))
    if isinstance(campaign, Objection):
        return campaign
    if not is_open(campaign["due_at"], campaign["closed_at"], work.now):
        return Objection.CAMPAIGN_OVER
    if row["signed_at"] is not None or work.now - row["created_at"] >= LIFE:
        return Objection.SHEET_CHANGED
    said = await _said(work, row)
    if said is None:
        return Objection.SHEET_CHANGED
    lines = await lines_from(work, by, [str(one.review["account"]) for one in said])
    if not all(lines.outside(by.account.id, AccountId(str(one.review["account"]))) for one in said):
        return Objection.WITHIN_LINE
    return Drawn(row, campaign, said)


async def _said(work: Work, row: Row) -> list[Said] | None:
    words = {each["review"]: Verdict(each["verdict"]) for each in json.loads(row["content"])["verdicts"]}
    reviews = [stamped.genuine(work.keys, "review", one) for one in await work.conn.fetch(_REVIEWS, list(words))]
    held = {
        one["id"]: stamped.genuine(work.keys, "habilitation", one)
        for one in await work.conn.fetch(_HABILITATIONS, [one["habilitation"] for one in reviews])
    }
    waiting = [
        Said(one, held[one["habilitation"]], words[str(one["id"])])
        for one in reviews
        if one["verdict"] is None and Status(held[one["habilitation"]]["status"]) in ACCESS
    ]
    return waiting if len(waiting) == len(words) else None


async def sign(work: Work, by: OnDuty, sitting: Drawn, signature: Signed) -> None:
    """Keep a verified assertion as evidence; close what is removed, extend whom it vouches for."""
    conn, keys = work.conn, work.keys
    await stamped.amend(
        conn, keys, "sitting", sitting.row, signed_at=work.now, factor=signature.factor, nonce=signature.nonce,
        challenge=challenge_of(sitting.row["digest"], signature.nonce), assertion=signature.assertion,
    )  # fmt: skip
    for one in sitting.said:
        await stamped.amend(
            conn, keys, "review", one.review, verdict=one.verdict.value, reviewer=by.account.id,
            sitting=str(sitting.row["id"]), at=work.now,
        )  # fmt: skip
    await append(
        conn, [*[_entry(work, by, sitting, one) for one in sitting.said], _whole(work, by, sitting, signature)]
    )
    for one in sitting.said:
        if one.verdict is Verdict.REMOVE:
            await move(work, one.habilitation, Event.CLOSE, by=by.account.id, reason="review-removed")
    for account in sorted({str(one.review["account"]) for one in sitting.said}):
        await extend_if_vouched(work, sitting.campaign, account)


def _entry(work: Work, by: OnDuty, sitting: Drawn, one: Said) -> Entry:
    detail = {"habilitation": str(one.habilitation["id"]), "by": by.account.id, "sitting": str(sitting.row["id"])}
    return Entry(
        work.now, "reviewed", account=str(one.review["account"]), session=by.session.id,
        organisation=str(sitting.campaign["organisation"]), role=one.habilitation["role"],
        explanation=one.verdict.value, policy=work.policy.version, detail=_canonical(detail),
    )  # fmt: skip


def _whole(work: Work, by: OnDuty, sitting: Drawn, signature: Signed) -> Entry:
    detail = {
        "campaign": str(sitting.campaign["id"]), "sitting": str(sitting.row["id"]),
        "sha256": sitting.row["digest"].hex(), "factor": signature.factor, "verdicts": len(sitting.said),
    }  # fmt: skip
    return Entry(
        work.now, "review-signed", account=by.account.id, session=by.session.id,
        organisation=str(sitting.campaign["organisation"]), policy=work.policy.version, detail=_canonical(detail),
    )  # fmt: skip


def _canonical(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
