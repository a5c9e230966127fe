"""Exposure of every account of a network: computed whole, and brought up to date after one change.

``python -m bench.exposure [--people N]`` writes ``bench/results/exposure.json``. The accounts have origins: managers
requested them, approvers accepted them, and one in ten is not confirmed yet. People and relations are rows without
ciphertexts and without genuine MACs, which the inventory does not read; accounts, habilitations, organisations,
applications are genuine, and each is verified.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core import policy_file
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard import key_check, keys, migrations, stamped, turnstile
from beffroi.guard.decisions.connections import create_pool
from beffroi.guard.exposure.keeping import Inventory
from beffroi.guard.process import calm_the_collector
from bench import machine
from bench.population import identifier

STATE = Path("var/bench")
RESULTS = Path("bench/results")
OFFICES = 450
MANAGERS, APPROVERS = 2 * OFFICES, 90
LAYOUT = 1
"""Changed whenever the rows below do: a network of another layout is made anew."""
_SINCE = datetime(2026, 1, 5, tzinfo=UTC)
_UNTIL = datetime(2099, 1, 1, tzinfo=UTC)
_PEOPLE = """
INSERT INTO guard.person (id, epoch, wrapped_key, created_at, updated_at, version)
SELECT md5('person' || n)::uuid, 1, '', $2, $2, 1 FROM generate_series(1, $1::int) AS n
"""
_RELATIONS = """
INSERT INTO guard.relation (person, organisation, kind, referent, since_at, until_at, version, mac)
SELECT md5('person' || n)::uuid, r.organisations[1 + r.place % cardinality(r.organisations)], 'followed',
    r.advisers[1 + r.place], CASE WHEN n % 50 = 0 THEN guard.instant() ELSE $4 END, NULL, 1, ''
FROM generate_series(1, $1::int) AS n,
    LATERAL (SELECT n % cardinality($2::uuid[]) AS place, $2::uuid[] AS advisers, $3::uuid[] AS organisations) AS r
"""


def run(people: int, accounts: int, runs: int, folder: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "postgres", shared_buffers="1GB").start() as server:
        roles, key_file = _prepared(server, folder, people, accounts)
        measured = asyncio.run(_measure(roles.guard, key_file, runs))
    return {"machine": machine.description(), "people": people, "runs": runs, **measured}


def _prepared(
    server: EmbeddedPostgres, folder: Path, people: int, accounts: int
) -> "tuple[database.Databases, Path]":
    schema = migrations.shipped()[-1].sha256[:8]
    name = f"exposure_{people}_{accounts}_{LAYOUT}_{schema}"
    roles = database.bootstrap(database.create_database(server.dsn(), name), folder / f"credentials-{name}")
    key_file = folder / f"{name}.key"
    if not (folder / f"{name}.ready").exists():
        asyncio.run(_make(roles, key_file, people, accounts))
        (folder / f"{name}.ready").write_text("{}")
    return roles, key_file


async def _make(roles: database.Databases, key_file: Path, people: int, accounts: int) -> None:
    await migrations.migrate(roles.owner)
    held = await asyncio.to_thread(_keys, key_file)
    owner, conn = await asyncpg.connect(roles.owner), await asyncpg.connect(roles.guard)
    await key_check.establish(conn, held)
    advisers = []
    for table, rows in _network(held, accounts):
        made = list(rows)
        columns = (*made[0], "mac")
        await conn.copy_records_to_table(
            table,
            schema_name="guard",
            columns=columns,
            records=[(*row.values(), held.authenticator.stamp_row(table, row)) for row in made],
        )
        if table == "habilitation":
            advisers = [row for row in made if row["role"] == "adviser"]
    await owner.execute(_PEOPLE, people, _SINCE, timeout=600)
    places = [row["organisation"] for row in advisers]
    await owner.execute(_RELATIONS, people, [row["account"] for row in advisers], places, _SINCE, timeout=600)
    await owner.execute("VACUUM (ANALYZE, FREEZE)", timeout=600)
    await owner.close()
    await conn.close()


def _keys(key_file: Path) -> keys.Keys:
    return keys.load(key_file) if key_file.exists() else keys.generate(key_file)


def _network(held: keys.Keys, accounts: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Tables with their rows, in the order of their references."""
    yield "organisation", (
        {
            "id": identifier("organisation", rank), "code": f"office-{rank}", "name": f"Office {rank}",
            "kind": "youth-office", "siret": None, "active": True, "contract_until": _UNTIL,
            "confirmed_agents": 30, "version": 1,
        }
        for rank in range(OFFICES)
    )  # fmt: skip
    caps = {"hour_cap": 20_000, "day_cap": 60_000, "week_cap": 300_000, "month_cap": 900_000}
    yield "application", iter([{
        "id": "bench", "name": "Bench", "organisation": identifier("organisation", 0), "open": True,
        "redirect_uris": [], **caps, "version": 1,
    }])  # fmt: skip
    yield "account", (_account(held, rank) for rank in range(accounts))
    yield "habilitation", (
        {
            "id": identifier("habilitation", rank), "account": identifier("account", rank),
            "organisation": identifier("organisation", rank % OFFICES), "role": _role(rank),
            "status": "probation" if rank % 10 == 9 else "confirmed", "from_at": _SINCE, "until_at": _UNTIL,
            "version": 1,
        }
        for rank in range(accounts)
    )  # fmt: skip


def _role(rank: int) -> str:
    if rank < MANAGERS:
        return "account-manager"
    if rank < MANAGERS + APPROVERS:
        return "approver"
    return "receptionist" if rank % 6 == 0 else "quality-officer" if rank % 31 == 0 else "adviser"


def _account(held: keys.Keys, rank: int) -> dict[str, Any]:
    """The first managers and the approvers were there before; managers requested everybody else at their office."""
    id_ = identifier("account", rank)
    manager = approver = None
    if rank >= MANAGERS + APPROVERS:
        manager = identifier("account", rank % OFFICES + OFFICES * (rank // OFFICES % 2))
    elif OFFICES <= rank < MANAGERS:
        manager = identifier("account", rank - OFFICES)
    if manager is not None:
        approver = identifier("account", MANAGERS + rank % APPROVERS)
    return {
        "id": id_, "status": "active", "subject_index": None, "idp_id": None,
        "email_index": identifier("email", rank), "wrapped_key": held.wrap(os.urandom(32), UUID(id_).bytes),
        "epoch": held.epoch, "personal": b"", "attested_until": _UNTIL, "reviewed_until": _UNTIL,
        "requested_by": manager, "approved_by": approver,
        "pools": [manager] if manager is not None and rank % 10 == 9 else [], "created_at": _SINCE, "version": 1,
    }  # fmt: skip


async def _measure(dsn: str, key_file: Path, runs: int) -> dict[str, Any]:
    held, policy = keys.load(key_file), policy_file.load_default()
    calm_the_collector()
    pool = await create_pool(dsn, 2)
    async with pool.acquire() as conn:
        whole = [await _timed(_whole, conn, key_file, policy) for _ in range(runs)]
        inventory = Inventory(held)
        network = await inventory.refresh(conn, policy)
        _ranked(inventory)
        account = AccountId(identifier("account", MANAGERS + APPROVERS + 7))
        approver = AccountId(identifier("account", MANAGERS + 7))
        office = OrganisationId(identifier("organisation", 7))
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "account_suspended": lambda: _suspend(conn, held, account),
            "approver_suspended": lambda: _suspend(conn, held, approver),
            "application_closed": lambda: _close_application(conn, held),
            "everything_contained": lambda: _contain(conn, held),
            "organisation_closed": lambda: _close(conn, held, office),
            "relations_ended": lambda: _end_relations(conn, office),
        }
        changed: dict[str, list[float]] = {name: [] for name in ways}
        for name, change in ways.items():
            for _ in range(4 * runs):  # done and undone, so that the next way begins where this one did
                await change()
                about = [office] if name == "relations_ended" else []
                changed[name].append(await _timed(_again, conn, inventory, policy, about))
        counts = {
            "organisations": len(network.organisations),
            "accounts": len(network.accounts),
            "relations": await conn.fetchval("SELECT count(*) FROM guard.relation"),
        }
        first = network.exposure(_ranked(inventory)[0])
    await pool.close()
    return {
        **counts,
        "greatest_direct_24h": first.direct[1],
        "whole_s": round(median(whole), 3),
        "whole_worst_s": round(max(whole), 3),
        "after_one_change_ms": {name: round(1000 * median(taken), 1) for name, taken in changed.items()},
        "after_one_change_worst_ms": {name: round(1000 * max(taken), 1) for name, taken in changed.items()},
    }


async def _timed(measured: Callable[..., Awaitable[None]], *arguments: Any) -> float:
    started = time.perf_counter()
    await measured(*arguments)
    return time.perf_counter() - started


async def _whole(conn: Any, key_file: Path, policy: Any) -> None:
    """From nothing in memory to every figure, ranked; the keys read anew remember no row as genuine."""
    inventory = Inventory(keys.load(key_file))
    await inventory.refresh(conn, policy)
    _ranked(inventory)


async def _again(conn: Any, inventory: Inventory, policy: Any, about: list[OrganisationId]) -> None:
    await inventory.refresh(conn, policy, about)
    _ranked(inventory)


def _ranked(inventory: Inventory) -> tuple[AccountId, ...]:
    """Every account by its exposure in 24 hours, as the inventory page asks for it."""
    return inventory.network.ranked()


async def _suspend(conn: Any, held: keys.Keys, account: AccountId) -> None:
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)
        await stamped.amend(conn, held, "account", row, status="suspended" if row["status"] == "active" else "active")


async def _close(conn: Any, held: keys.Keys, office: OrganisationId) -> None:
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", office)
        await stamped.amend(conn, held, "organisation", row, active=not row["active"])


async def _close_application(conn: Any, held: keys.Keys) -> None:
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.application WHERE id = 'bench'")
        await stamped.amend(conn, held, "application", row, open=not row["open"])


async def _contain(conn: Any, held: keys.Keys) -> None:
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.containment WHERE kind = 'everything' AND lifted_at IS NULL")
        now = await stamped.instant(conn)
        if row is not None:
            await stamped.amend(conn, held, "containment", row, lifted_at=now)
            return
        cut = {
            "id": str(uuid4()), "kind": "everything", "scope": "", "groups": 0, "since_at": now, "lifted_at": None,
            "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, held, "containment", cut)


async def _end_relations(conn: Any, office: OrganisationId) -> None:
    await conn.execute(
        "UPDATE guard.relation SET until_at = guard.instant() - interval '1 day'"
        " WHERE organisation = $1 AND person IN"
        " (SELECT person FROM guard.relation WHERE organisation = $1 AND until_at IS NULL LIMIT 5)",
        office,
    )


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    title = ", ".join(f"{results[name]:,} {name}" for name in ("organisations", "accounts", "relations"))
    lines = [title, f"{'every account, from nothing':34}{results['whole_s']:>10.2f} s"]
    for name, taken in results["after_one_change_ms"].items():
        lines.append(f"{'after: ' + name.replace('_', ' '):34}{taken:>10.1f} ms")
    return "\n".join(lines)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_600_000)
    parser.add_argument("--accounts", type=int, default=15_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--output", type=Path, default=RESULTS / "exposure.json")
    given = parser.parse_args()
    results = run(given.people, given.accounts, given.runs, given.state)
    given.output.parent.mkdir(exist_ok=True, parents=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
