"""A synthetic network of any size in its own PostgreSQL: offices, advisers with live sessions, people they follow.

Everything is a function of a rank, so that the load generator names any session and any person without a list.
Rows are genuine: MACs, wrapped keys and ciphertexts are the ones the guard would have written.
"""

import asyncio
import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core import policy_file
from beffroi.core.ids import PersonId
from beffroi.guard import key_check, keys, migrations
from beffroi.guard.vault import people
from beffroi.guard.vault.records import Contact, Identity

OFFICES = 448
PEOPLE_OF_ONE = 250
CLIENT = "bench"
APPLICATION = "bench"
LAYOUT = 5
"""Changed whenever the rows below do: a population of another layout is made anew."""
_SINCE = datetime(2026, 1, 5, tzinfo=UTC)
_UNTIL = datetime(2099, 1, 1, tzinfo=UTC)


def identifier(kind: str, rank: int | str) -> str:
    """The UUID text of the ``rank``-th organisation, account, habilitation, session or person; or of a name."""
    return str(UUID(bytes=blake2b(f"{kind}/{rank}".encode(), digest_size=16).digest()))


def handle(rank: int) -> str:
    """The session handle of the ``rank``-th adviser: 43 characters, as a real one."""
    raw = blake2b(f"handle/{rank}".encode(), digest_size=32).digest()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def advisers(people_count: int) -> int:
    """How many advisers follow so many people."""
    return max(64, people_count // PEOPLE_OF_ONE)


def prepare(
    folder: Path, people_count: int, accounts: int | None = None
) -> "tuple[EmbeddedPostgres, database.Databases, Path]":
    """Start the server of ``folder`` and make its population if it is not there; fsync is on.

    ``accounts``: so many in all, of which only the first follow people. The sessions do not end, so a folder can be
    kept from one run to the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", shared_buffers="1GB").start()
    try:
        of_accounts = "" if accounts is None else f"_{accounts}"
        name = f"bench_{people_count}{of_accounts}_{LAYOUT}_{_schema_digest()}"
        admin = database.create_database(server.dsn(), name)
        roles = database.bootstrap(admin, folder / f"credentials-{name}")
        key_file = folder / f"{name}.key"
        if not (folder / f"{name}.ready").exists():
            asyncio.run(_make(roles, key_file, people_count, accounts or advisers(people_count)))
            (folder / f"{name}.ready").write_text(json.dumps({"people": people_count}))
    except BaseException:
        server.stop()
        raise
    return server, roles, key_file


def _schema_digest() -> str:
    text = "".join(migration.sha256 for migration in migrations.shipped())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _keys(key_file: Path) -> keys.Keys:
    return keys.load(key_file) if key_file.exists() else keys.generate(key_file)


async def _make(roles: database.Databases, key_file: Path, people_count: int, accounts: int) -> None:
    await migrations.migrate(roles.owner)
    held = _keys(key_file)
    conn = await asyncpg.connect(roles.guard)
    try:
        await key_check.establish(conn, held)
        for table, columns, rows in _network(held, accounts):
            await conn.copy_records_to_table(table, schema_name="guard", columns=columns, records=list(rows))
    finally:
        await conn.close()
    half = people_count // 2
    with ProcessPoolExecutor(2) as pool:
        loop = asyncio.get_running_loop()
        await asyncio.gather(
            *[
                loop.run_in_executor(pool, _load_people, roles.guard, key_file, start, stop, people_count)
                for start, stop in ((0, half), (half, people_count))
            ]
        )
    owner = await asyncpg.connect(roles.owner)
    await owner.execute("VACUUM (ANALYZE, FREEZE)", timeout=3600)
    await owner.close()


def _load_people(dsn: str, key_file: Path, start: int, stop: int, people_count: int) -> None:
    asyncio.run(_copy_people(dsn, keys.load(key_file), range(start, stop), advisers(people_count)))


async def _copy_people(dsn: str, held: keys.Keys, ranks: range, adviser_count: int) -> None:
    conn = await asyncpg.connect(dsn)
    for start in range(ranks.start, ranks.stop, 20_000):
        chunk = range(start, min(start + 20_000, ranks.stop))
        await conn.copy_records_to_table(
            "person", schema_name="guard", columns=people.COLUMNS, records=_people(held, chunk)
        )
        await conn.copy_records_to_table(
            "relation",
            schema_name="guard",
            columns=("person", "organisation", "kind", "referent", "since_at", "until_at", "version", "mac"),
            records=_relations(held, chunk, adviser_count),
        )
    await conn.close()


def _people(held: keys.Keys, ranks: range) -> Iterator[tuple[Any, ...]]:
    for rank in ranks:
        person = PersonId(identifier("person", rank))
        records = {
            "identity": Identity(
                last_name=f"Nom{rank % 50_021}", first_names=f"Prénom{rank % 1_013}", birth_date="2004-05-17",
                sex="F" if rank % 2 else "M", nationality="FR", birth_place="59350",
            ),
            "contact": Contact(
                email=f"personne{rank}@exemple.org", phone=f"06{rank % 100_000_000:08d}", postcode="59000",
                city="Lille", address_line=f"{rank % 200} rue de la Barre",
            ),
        }  # fmt: skip
        yield people.sealed_row(held, person, records, _SINCE)


def _relations(held: keys.Keys, ranks: range, adviser_count: int) -> Iterator[tuple[Any, ...]]:
    stamp = held.authenticator.stamp
    for rank in ranks:
        adviser = rank % adviser_count
        values = (
            identifier("person", rank), identifier("organisation", adviser % OFFICES), "followed",
            identifier("account", adviser), _SINCE, None, 1,
        )  # fmt: skip
        yield (*values, stamp("relation", values))


def _network(held: keys.Keys, accounts: int) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    """Tables with their columns and rows, in the order of their references."""

    def stamped(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
        return (*row.values(), held.authenticator.stamp_row(table, row))

    def organisation(rank: int) -> dict[str, Any]:
        return {
            "id": identifier("organisation", rank), "code": f"office-{rank}", "name": f"Office {rank}",
            "kind": "youth-office", "siret": None, "active": True, "contract_until": _UNTIL,
            "confirmed_agents": 15, "version": 1,
        }  # fmt: skip

    def account(rank: int) -> dict[str, Any]:
        id_ = identifier("account", rank)
        return {
            "id": id_, "status": "active", "subject_index": None, "idp_id": None,
            "email_index": identifier("email", rank), "wrapped_key": held.wrap(os.urandom(32), UUID(id_).bytes),
            "epoch": held.epoch, "personal": b"", "attested_until": _UNTIL, "reviewed_until": _UNTIL,
            "requested_by": None, "approved_by": None, "pools": [], "created_at": _SINCE, "version": 1,
        }  # fmt: skip

    def habilitation(rank: int) -> dict[str, Any]:
        return {
            "id": identifier("habilitation", rank), "account": identifier("account", rank),
            "organisation": identifier("organisation", rank % OFFICES), "role": "adviser", "status": "confirmed",
            "from_at": _SINCE, "until_at": _UNTIL, "version": 1,
        }  # fmt: skip

    def served(rank: int) -> dict[str, Any]:
        return {
            "id": identifier("served", rank), "habilitation": identifier("habilitation", rank),
            "application": APPLICATION, "ended_at": None, "version": 1,
        }  # fmt: skip

    def session(rank: int) -> dict[str, Any]:
        return {
            "id": identifier("session", rank), "handle_hash": sha256(handle(rank).encode()).digest(),
            "application": APPLICATION, "account": identifier("account", rank),
            "habilitation": identifier("habilitation", rank), "level": 3, "factor_at": _UNTIL - timedelta(days=1),
            "client_hash": sha256(CLIENT.encode()).digest(), "created_at": _SINCE, "expires_at": _UNTIL,
            "seen_at": _UNTIL - timedelta(days=1), "revoked_at": None, "version": 1,
        }  # fmt: skip

    application = {
        "id": APPLICATION, "name": "Bench", "organisation": identifier("organisation", 0), "open": True,
        "redirect_uris": [], "hour_cap": 2_000_000_000, "day_cap": 2_000_000_000, "week_cap": 2_000_000_000,
        "month_cap": 2_000_000_000, "version": 1,
    }  # fmt: skip
    for table, make, count in (
        ("organisation", organisation, OFFICES),
        ("account", account, accounts),
        ("habilitation", habilitation, accounts),
        ("habilitation_application", served, accounts),
        ("session", session, accounts),
    ):
        columns = (*make(0), "mac")
        yield table, columns, (stamped(table, make(rank)) for rank in range(count))
        if table == "organisation":
            yield "application", (*application, "mac"), iter([stamped("application", application)])


_LOG = "guard.journal"
_PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass"


async def forget_counts(dsn: str) -> None:
    """Empty what the guard counted, so that every run starts from the same budgets. As the owner of the tables.

    The openings go with it: a guard that finds them without their budgets takes that for an attack. One entry more,
    so that no number of the journal is behind one that was sealed.
    """
    conn = await asyncpg.connect(dsn)
    async with conn.transaction():
        await conn.execute("TRUNCATE guard.budget, guard.reach, guard.question, guard.refusal, guard.attempt")
        parts = await conn.fetch(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::regclass", _LOG
        )
        for table in (_LOG, *(row[0] for row in parts)):
            await conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await conn.execute(f"TRUNCATE {_LOG}")
        for table in (_LOG, *(row[0] for row in parts)):
            await conn.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        await conn.execute("INSERT INTO guard.journal (at, kind) VALUES (guard.instant(), 'forgotten')")
    await conn.execute("CHECKPOINT" if await _may_checkpoint(conn) else "SELECT 1")
    await conn.close()


async def _may_checkpoint(conn: Any) -> bool:
    return bool(
        await conn.fetchval(
            "SELECT rolsuper OR pg_has_role(current_user, 'pg_checkpoint', 'usage') FROM pg_roles"
            " WHERE rolname = current_user"
        )
    )


def default_policy() -> str:
    """The policy under test: the one that ships."""
    return policy_file.default_text()
