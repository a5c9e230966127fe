"""Who stands in front of the console that is measured: it is an application of the population, its agents have names.

Beside the advisers sit three others, at a training organisation and at the first office, and one person who looks at
what is kept of herself. Written once: all of it is the guard's own rows, with their MACs.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any, Final
from uuid import UUID

import asyncpg

from beffroi.config.wiring import CONSOLE_APPLICATION
from beffroi.core import policy_file
from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.ids import AccountId, ApplicationId, PersonId
from beffroi.core.policy import Level
from beffroi.guard import stamped, turnstile
from beffroi.guard.attachments import keeping
from beffroi.guard.attachments.keeping import Kept
from beffroi.guard.erasing import archiving, lists
from beffroi.guard.keys import Keys
from beffroi.guard.personal import sessions as personal
from beffroi.guard.sessions.beginning import SignedIn, begin
from beffroi.guard.vault import people as vault
from beffroi.guard.vault.records import Agent, Identity, encode
from beffroi.guard.vault.sealing import new_key, seal
from beffroi.simulation.attachments import page as document
from bench.population import OFFICES, identifier

SCHOOL: Final = str(UUID(md5(b"school0", usedforsecurity=False).hexdigest()))
"""The training organisation of whoever trains here: the console's rows say so too."""
CLASS: Final = 60
"""Trainees of its session under way: the first people of the population."""
FORMER: Final = 150
"""People whom nobody follows any more since long ago: as many lines of a list to erase."""
DOCUMENTS: Final = 3
"""Attachments of each person whose page is asked."""
ROOT: Final = str(UUID(md5(b"root", usedforsecurity=False).hexdigest()))
"""The organisation of whoever acts for the network."""
TRAINER, CLERK, CORRESPONDENT = "training-staff", "billing-clerk", "data-protection-correspondent"
ADMINISTRATOR = "network-administrator"
SEATS: Final[Mapping[str, str]] = {
    TRAINER: SCHOOL, CLERK: identifier("organisation", 0), CORRESPONDENT: identifier("organisation", 0),
    ADMINISTRATOR: ROOT,
}  # fmt: skip
"""Where each of those others works."""
_PROVIDER = "bench-idp"
_SINCE = datetime(2019, 1, 7, tzinfo=UTC)
_GONE = datetime(2021, 1, 4, tzinfo=UTC)
_UNTIL = datetime(2099, 1, 1, tzinfo=UTC)


async def arm(
    guard_dsn: str, held: Keys, jwk: Mapping[str, object], return_to: Sequence[str], accounts: int, count: int
) -> None:
    """The console as an application of the population, and names for the advisers who sign in to it; once."""
    conn = await asyncpg.connect(guard_dsn)
    try:
        async with conn.transaction():
            await turnstile.take(conn)
            now = await conn.fetchval("SELECT guard.instant()")
            known = await conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", CONSOLE_APPLICATION)
            caps = dict.fromkeys(("hour_cap", "day_cap", "week_cap", "month_cap"), 2_000_000_000)
            if known is None:
                row = {
                    "id": CONSOLE_APPLICATION, "name": "Console", "organisation": identifier("organisation", 0),
                    "open": True, "redirect_uris": list(return_to), **caps, "version": 1,
                }  # fmt: skip
                await stamped.insert(conn, held, "application", row)
                key = {
                    "application": CONSOLE_APPLICATION, "kid": str(jwk["kid"]), "jwk": json.dumps(jwk),
                    "until_at": now + timedelta(days=3650), "revoked_at": None, "version": 1,
                }  # fmt: skip
                await stamped.insert(conn, held, "application_key", key)
                for rank in range(accounts):
                    if rank % OFFICES < count:
                        await _name(conn, held, rank)
                for rank in range(count):
                    await _admit(conn, held, rank, now)
            else:
                await stamped.amend(conn, held, "application", known, redirect_uris=list(return_to))
            taken = "SELECT EXISTS (SELECT FROM guard.account WHERE id = $1)"
            if not await conn.fetchval(taken, identifier("seat", TRAINER)):
                await _seat_others(conn, held, now)
    finally:
        await conn.close()


async def _name(conn: "asyncpg.Connection", held: Keys, rank: int) -> None:
    """A name for an adviser: pages of an office show those of colleagues."""
    account, own = identifier("account", rank), new_key()
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)
    assert row is not None, "the population has its advisers"
    owner = UUID(account).bytes
    who = Agent(first_name="Camille", last_name=f"Bench{rank}", email=f"bench{rank}@exemple.org")
    personal = seal(own, owner, "agent", encode(who))
    bound = {"idp_id": _PROVIDER, "subject_index": UUID(identifier("subject", rank))}
    await stamped.amend(conn, held, "account", row, wrapped_key=held.wrap(own, owner), personal=personal, **bound)


async def _admit(conn: "asyncpg.Connection", held: Keys, rank: int, at: datetime) -> None:
    """An adviser's habilitation in the console, at an office that accepts the provider."""
    served = {
        "id": identifier("console-served", rank), "habilitation": identifier("habilitation", rank),
        "application": CONSOLE_APPLICATION, "ended_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, held, "habilitation_application", served)
    await _accept(conn, held, identifier("organisation", rank % OFFICES), at)


async def _accept(conn: "asyncpg.Connection", held: Keys, organisation: str, at: datetime) -> None:
    accepted = {
        "id": identifier("accepted", organisation), "organisation": organisation,
        "provider": _PROVIDER, "name": "Bench", "source": "import", "accepted_at": at, "accepted_by": None,
        "withdrawn_at": None, "withdrawn_by": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, held, "organisation_provider", accepted)


async def _seat_others(conn: "asyncpg.Connection", held: Keys, at: datetime) -> None:
    """A training organisation with its class, the network, and an account for each of the other roles."""
    places = ((SCHOOL, "school-0", "Organisme 0", "training-organisation"), (ROOT, "root", "Réseau", "network"))
    for id_, code, name, kind in places:
        place = {
            "id": id_, "code": code, "name": name, "kind": kind, "siret": None, "active": True,
            "contract_until": _UNTIL, "confirmed_agents": 15, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "organisation", place)
        await _accept(conn, held, id_, at)
    for rank in range(CLASS):
        row = {
            "person": identifier("person", rank), "organisation": SCHOOL, "kind": "enrolment", "referent": None,
            "since_at": at - timedelta(days=30), "until_at": _UNTIL, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "relation", row)
    for role, organisation in SEATS.items():
        id_ = identifier("seat", role)
        account: dict[str, Any] = {
            "id": id_, "status": "active", "subject_index": None, "idp_id": None,
            "email_index": identifier("seat-email", role), "wrapped_key": os.urandom(40), "epoch": held.epoch,
            "personal": b"", "attested_until": _UNTIL, "reviewed_until": _UNTIL, "requested_by": None,
            "approved_by": None, "pools": [], "created_at": _SINCE, "version": 1,
        }  # fmt: skip
        own, owner = new_key(), UUID(id_).bytes
        who = Agent(first_name="Dominique", last_name=f"Bench {role}", email=f"{role}@exemple.org")
        account |= {
            "wrapped_key": held.wrap(own, owner), "personal": seal(own, owner, "agent", encode(who)),
            "idp_id": _PROVIDER, "subject_index": UUID(identifier("seat-subject", role)),
        }  # fmt: skip
        await stamped.insert(conn, held, "account", account)
        habilitation = {
            "id": identifier("seat-habilitation", role), "account": account["id"], "organisation": organisation,
            "role": role, "status": "confirmed", "from_at": _SINCE, "until_at": _UNTIL, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "habilitation", habilitation)
        served = {
            "id": identifier("seat-served", role), "habilitation": habilitation["id"],
            "application": CONSOLE_APPLICATION, "ended_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "habilitation_application", served)


async def leave_some(dsn: str, held: Keys) -> None:
    """People whom the first office followed long ago, archived, on a list of those to erase; once."""
    conn = await asyncpg.connect(dsn)
    try:
        known = await conn.fetchval("SELECT EXISTS (SELECT FROM guard.person WHERE id = $1)", identifier("former", 0))
        if known:
            return
        async with conn.transaction():
            await turnstile.take(conn)
            ids = [identifier("former", rank) for rank in range(FORMER)]
            name = {"identity": Identity(last_name="Ancien", first_names="Dominique", birth_date="1998-02-03")}
            rows = [vault.sealed_row(held, PersonId(one), name, _SINCE) for one in ids]
            await conn.copy_records_to_table("person", schema_name="guard", columns=vault.COLUMNS, records=rows)
            for one in ids:
                row = {
                    "person": one, "organisation": identifier("organisation", 0), "kind": "followed",
                    "referent": None, "since_at": _SINCE, "until_at": _GONE, "version": 1,
                }  # fmt: skip
                await stamped.insert(conn, held, "relation", row)
    finally:
        await conn.close()
    policy = policy_file.load_default()
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=2)
    try:
        await archiving.archive(pool, held, policy)
        await lists.prepare(pool, held, policy)
    finally:
        await pool.close()


async def join_documents(dsn: str, held: Keys, people: Sequence[str], account: str) -> None:
    """Some attachments in each of these files; once."""
    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction():
            await turnstile.take(conn)
            now = await stamped.instant(conn)
            for person in people:
                for rank in range(DOCUMENTS):
                    id_ = identifier(f"document/{rank}", person)
                    kept = Kept(id_, PersonId(person), AttachmentKind.CV, "application/pdf", False, document(b"CV"))
                    await keeping.add(conn, held, kept, DOCUMENTS, AccountId(account), now)
    finally:
        await conn.close()


async def person_code(dsn: str, held: Keys, person: str, state: str) -> str:
    """The code with which a person who proved an identity comes back to the console."""
    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction():
            await turnstile.take(conn)
            return await personal.begin(
                conn, held, PersonId(person), ApplicationId(CONSOLE_APPLICATION), state, "h.e.s",
                policy_file.load_default().version,
            )  # fmt: skip
    finally:
        await conn.close()


async def codes_of(guard_dsn: str, held: Keys, states: Mapping[str, str]) -> list[str]:
    """A code for each account, as the sign-in pages would hand it to the browser of that state."""
    policy, codes = policy_file.load_default(), []
    conn = await asyncpg.connect(guard_dsn)
    try:
        for id_, state in states.items():
            async with conn.transaction():
                await turnstile.take(conn)
                account = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", id_)
                assert account is not None, "the population has its advisers"
                now = await conn.fetchval("SELECT guard.instant()")
                signed_in = SignedIn(
                    account, ApplicationId(CONSOLE_APPLICATION), Level.PASSKEY, now, state,
                    secrets.token_urlsafe(32), None, "{}",
                )  # fmt: skip
                codes.append(await begin(conn, held, policy.session, signed_in, policy.version))
        return codes
    finally:
        await conn.close()
