"""Who consulted one's own file: the journal's openings of one person, hot rows and cold files as one.

The question is that of an investigation about one person (:class:`beffroi.guard.forensics.questions.ReadBy`), so what
a person reads and what a security officer reads cannot differ. The engine is another one than investigators': neither
waits for the other.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from beffroi.core.disclosure import RELEASING
from beffroi.core.fields import names
from beffroi.core.ids import RoleCode
from beffroi.core.person_rights import PURPOSE
from beffroi.core.policy import AgentShown, Label, Policy
from beffroi.guard.answers.personal import Consultation
from beffroi.guard.answers.shape import Label as Words
from beffroi.guard.journal import Entry, append
from beffroi.guard.merging import aliases
from beffroi.guard.personal.presence import Present

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.forensics.answering import Answer as Found
    from beffroi.guard.forensics.answering import Answering
    from beffroi.guard.forensics.questions import ReadBy
    from beffroi.guard.keys import Keys
    from beffroi.guard.services import Services

AREA: Final = "personal-consultations"
ANSWERING: Final = "answering"
KEPT: Final = 1_000
KEPT_BYTES: Final = 64 << 20
"""Answers kept at once, and the memory they may take: a crowd leafs through its answers without asking again."""
ONE: Final = timedelta(microseconds=1)
"""A window that holds one instant: entries of one instant are told apart by their numbers."""
_NAMES: Final = "SELECT id, name FROM guard.organisation WHERE id = ANY ($1::uuid[])"
_AT_HAND: Final = """
SELECT entry, at, account, organisation FROM guard.journal
WHERE entry = $1 AND at = $2 AND person = ANY ($3::uuid[]) AND kind = ANY ($4::text[])
"""
_REPORTED: Final = "SELECT entry FROM guard.report WHERE person = ANY ($1::uuid[]) AND entry = ANY ($2::bigint[])"
_REASONS: Final = """
SELECT entry, detail FROM guard.journal
WHERE entry = ANY ($1::bigint[]) AND at BETWEEN $2 AND $3 AND explanation = 'break-glass' AND detail IS NOT NULL
"""


def answering_of(services: "Services") -> "Answering":
    """The engine of the personal space, made when the first person asks."""
    from beffroi.guard.forensics.answering import Answering

    found = services.areas.get(AREA)
    if found is None:
        found = services.areas[AREA] = Answering(services.settings.cold_folder, KEPT, KEPT_BYTES)
    assert isinstance(found, Answering), "the area is this module's"
    return found


def question(person: str, from_at: datetime, until_at: datetime) -> "ReadBy":
    """The openings of one person in a window, its end excluded."""
    from beffroi.guard.forensics.questions import ReadBy

    return ReadBy(person, from_at, until_at)


async def journal(here: Present, asked: "ReadBy", policy: str) -> int:
    """Say in the journal that the person reads who consulted the file; the entry's number."""
    window = {"from": asked.from_at.isoformat(), "until": asked.until_at.isoformat()}
    entry = Entry(
        here.now, "own-consultations-read", here.person, session=here.id, application=here.session["application"],
        policy=policy, detail=json.dumps(window, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    return (await append(here.conn, [entry]))[0]


class Opening(NamedTuple):
    """One consultation as the journal has it: by which account, in whose name."""

    entry: int
    at: datetime
    account: UUID | None
    organisation: UUID | None


async def at_hand(conn: "asyncpg.Connection", keys: "Keys", person: str, entry: int, at: datetime) -> Opening | None:
    """One consultation of this person among the rows of PostgreSQL, by its key; None for any other entry."""
    kin = [UUID(one) for one in await aliases.family(conn, keys, person)]
    row = await conn.fetchrow(_AT_HAND, entry, at, kin, sorted(RELEASING))
    return None if row is None else Opening(**row)


async def in_files(services: "Services", session: str, person: str, entry: int, at: datetime) -> Opening | None:
    """One consultation of this person that files alone hold; the caller has the engine's turn.

    Raises ColdRefused, EngineRefused, Forged.
    """
    answering = answering_of(services)
    found = await answering.answer(services.pool, services.keys, session, question(person, at, at + ONE), entry, at)
    rows: list[dict[str, Any]] = found.rows.to_pylist()
    row = next((row for row in rows if row["entry"] == entry), None)
    return None if row is None else Opening(entry, at, _id(row["account"]), _id(row["organisation"]))


def _id(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


async def told(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, person: str, found: "Found", page: int, size: int
) -> list[Consultation]:
    """A page of consultations, the last first, without the account that made them."""
    from beffroi.guard.retention.columns import instant

    rows: list[dict[str, Any]] = found.rows.slice((page - 1) * size, size).to_pylist()
    places = await named(conn, {row["organisation"] for row in rows})
    entries = [row["entry"] for row in rows]
    kin = await aliases.family(conn, keys, person)
    reported = {row["entry"] for row in await conn.fetch(_REPORTED, kin, entries)}
    instants = [instant(row["time_us"]) for row in rows]
    reasons = await _reasons(conn, entries, instants) if rows else {}
    return [
        Consultation(
            entry=row["entry"],
            at=at,
            kind=kind_of(row),
            groups=names(row["groups"]),
            organisation=None if row["organisation"] is None else str(UUID(bytes=row["organisation"])),
            organisation_name=places.get(row["organisation"]),
            job=role_label(policy, row["role"]) if policy.agent_shown is AgentShown.JOB else None,
            purpose=words(policy.purposes.get(row["purpose"])),
            explanation=row["explanation"],
            reason=words(policy.reasons.get(reasons.get(row["entry"], ""))),
            reported=row["entry"] in reported,
        )
        for row, at in zip(rows, instants, strict=True)
    ]


def kind_of(row: dict[str, Any]) -> str:
    """What it was; :data:`ANSWERING` for an opening of no field, to answer a request of the person."""
    answered = row["kind"] == "released" and not row["groups"] and row["purpose"] == PURPOSE
    return ANSWERING if answered else str(row["kind"])


async def named(conn: "asyncpg.Connection", organisations: Iterable[bytes | None]) -> dict[bytes | None, str]:
    """Public names of organisations, by the 16 bytes of their ids."""
    ids = [UUID(bytes=one) for one in organisations if one is not None]
    return {row["id"].bytes: row["name"] for row in await conn.fetch(_NAMES, ids)}


def role_label(policy: Policy, code: str | None) -> Words | None:
    """What a role is called: the agent's job, as people are told it."""
    role = None if code is None else policy.roles.get(RoleCode(code))
    return None if role is None else words(role.label)


def words(label: Label | None) -> Words | None:
    """A label of the policy as an answer holds it."""
    return None if label is None else Words(label.fr, label.en)


async def _reasons(conn: "asyncpg.Connection", entries: list[int], instants: list[datetime]) -> dict[int, str]:
    """The listed reasons of openings in an emergency; never the free text, which the journal does not hold."""
    rows = await conn.fetch(_REASONS, entries, min(instants), max(instants))
    return {row["entry"]: str(json.loads(row["detail"]).get("reason", "")) for row in rows}
