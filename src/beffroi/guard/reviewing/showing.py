"""What is told of reviews: campaigns and how far they are, the sheet that a reviewer reads, the file of evidence."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.reviewing import REMINDERS, is_open
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.reviewing.sittings import MOST, lines_from
from beffroi.guard.reviewing.statements import LIST_CAMPAIGNS, LOAD_SHEET
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

SIZE: Final = 25
"""Campaigns of a page, and habilitations looked at alone."""
_EVERY: Final = (
    "SELECT r.*, h.role, h.organisation AS held_at FROM guard.review r"
    " JOIN guard.habilitation h ON h.id = r.habilitation WHERE r.campaign = $1 ORDER BY r.id"
)
_SIGNED: Final = "SELECT * FROM guard.sitting WHERE campaign = $1 AND signed_at IS NOT NULL ORDER BY signed_at, id"
_KEYS: Final = "SELECT * FROM guard.factor WHERE id = ANY ($1::uuid[]) ORDER BY id"
_ONE: Final = "SELECT organisation, closed_at IS NULL AS running FROM guard.campaign WHERE id = $1"


async def campaigns(work: Work, by: OnDuty, *, closed: bool, page: int) -> dict[str, Any]:
    """A page of the campaigns that this person may see, with their progress. Raises Forged."""
    place = None if by.everywhere else by.organisation.id
    rows = await work.conn.fetch(LIST_CAMPAIGNS, place, not closed, SIZE, SIZE * (page - 1))
    total = rows[0]["total"] if rows else 0
    told = [_progress(work, stamped.genuine(work.keys, "campaign", row)) for row in rows]
    return {"total": total, "page": page, "pages": max(1, -(-total // SIZE)), "rows": told}


def _progress(work: Work, row: Row) -> dict[str, Any]:
    decided = row["kept"] + row["removed"] + row["silent"] + row["gone"]
    return {
        "id": str(row["id"]), "organisation": {"id": str(row["organisation"]), "name": row["organisation_name"]},
        "opened_at": row["opened_at"], "due_at": row["due_at"], "closed_at": row["closed_at"],
        "open": is_open(row["due_at"], row["closed_at"], work.now), "asked": row["asked"], "decided": decided,
        "kept": row["kept"], "removed": row["removed"], "silent": row["silent"], "gone": row["gone"],
        "pressing": row["closed_at"] is None and (row["due_at"] - work.now).days < REMINDERS[0],
    }  # fmt: skip


async def sheet(work: Work, by: OnDuty, campaign: Row, *, page: int) -> dict[str, Any]:
    """What a campaign still asks: the group to keep together, and a page of those looked at alone. Raises Forged."""
    rows = [
        stamped.genuine(work.keys, "review", row)
        for row in await work.conn.fetch(LOAD_SHEET, campaign["id"], by.account.id)
    ]
    group, lone = [row for row in rows if not row["reasons"]], [row for row in rows if row["reasons"]]
    pages = max(1, -(-len(lone) // SIZE))
    page = min(page, pages)
    shown = lone[SIZE * (page - 1) : SIZE * page]
    visible = (*group[:MOST], *shown)
    lines = await lines_from(work, by, [str(row["account"]) for row in visible])
    mine = {row["id"] for row in visible if lines.outside(by.account.id, AccountId(str(row["account"])))}
    named = await agents.names(work.conn, work.keys, {str(row["account"]) for row in visible})
    together = [_line(work, row, named) for row in group[:MOST] if row["id"] in mine]
    return {
        "campaign": await _campaign(work, campaign),
        "together": {"total": len(group), "others": len(group[:MOST]) - len(together), "rows": together},
        "alone": {
            "total": len(lone), "page": page, "pages": pages,
            "rows": [{**_line(work, row, named), "mine": row["id"] in mine} for row in shown],
        },
    }  # fmt: skip


async def _campaign(work: Work, campaign: Row) -> dict[str, Any]:
    found = await work.conn.fetchrow(_ONE, campaign["id"])
    running = bool(found is not None and found["running"])
    rows = await work.conn.fetch(LIST_CAMPAIGNS, OrganisationId(str(campaign["organisation"])), running, 1000, 0)
    return next(_progress(work, row) for row in rows if row["id"] == campaign["id"])


def _line(work: Work, row: Row, named: Mapping[str, str]) -> dict[str, Any]:
    role = work.policy.roles.get(row["role"])
    return {
        "review": str(row["id"]), "account": str(row["account"]), "name": named.get(str(row["account"]), ""),
        "role": None if role is None else role.label._asdict(), "status": row["status"], "from_at": row["from_at"],
        "until_at": row["until_at"], "reasons": list(row["reasons"]), "facts": json.loads(row["facts"]),
    }  # fmt: skip


async def evidence(work: Work, campaign: Row) -> dict[str, Any]:
    """The file of a campaign: its lines, verdicts and signatures, by ids alone; a text, and its SHA-256.

    ``document`` is canonical JSON. Each signature can be checked with the public key beside it (Web Authentication,
    section 7.2): its challenge is SHA-256 of ``beffroi/review/1``, a zero byte, the nonce and the content's SHA-256.
    Raises Forged.
    """
    keys = work.keys
    lines = [stamped.genuine(keys, "review", row) for row in await work.conn.fetch(_EVERY, campaign["id"])]
    signed = [stamped.genuine(keys, "sitting", row) for row in await work.conn.fetch(_SIGNED, campaign["id"])]
    passkeys = await work.conn.fetch(_KEYS, [row["factor"] for row in signed])
    told = {
        "beffroi": "review-evidence/1",
        "campaign": {
            "id": str(campaign["id"]), "organisation": str(campaign["organisation"]),
            "opened_at": _at(campaign["opened_at"]), "due_at": _at(campaign["due_at"]),
            "closed_at": _at(campaign["closed_at"]), "sha256": campaign["digest"].hex(),
        },
        "habilitations": [_evident(row) for row in lines],
        "signatures": [_signature(row) for row in signed],
        "passkeys": _public(keys, passkeys),
    }  # fmt: skip
    document = json.dumps(told, separators=(",", ":"), sort_keys=True)
    return {"document": document, "sha256": hashlib.sha256(document.encode()).hexdigest()}


def _evident(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]), "habilitation": str(row["habilitation"]), "account": str(row["account"]),
        "role": row["role"], "reasons": list(row["reasons"]), "facts": json.loads(row["facts"]),
        "verdict": row["verdict"], "reviewer": _id(row["reviewer"]), "signature": _id(row["sitting"]),
        "at": _at(row["at"]),
    }  # fmt: skip


def _signature(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]), "reviewer": str(row["reviewer"]), "signed_at": _at(row["signed_at"]),
        "content": row["content"], "sha256": row["digest"].hex(), "passkey": str(row["factor"]),
        "nonce": row["nonce"].hex(), "challenge": row["challenge"].hex(), "assertion": row["assertion"],
    }  # fmt: skip


def _public(keys: Any, rows: Sequence[Row]) -> dict[str, str]:
    genuine = [stamped.genuine(keys, "factor", row) for row in rows]
    return {str(row["id"]): row["public_key"].hex() for row in genuine if row["public_key"] is not None}


def _id(value: object) -> str | None:
    return None if value is None else str(value)


def _at(value: Any) -> str | None:
    return None if value is None else value.isoformat()
