"""The scene of a drill: invented offices with their people and agents, loaded by the guard's own imports."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import msgspec

from beffroi.client.credentials import ApplicationKey
from beffroi.core.budgets import Caps
from beffroi.core.policy import Level
from beffroi.guard import key_check, keys, stamped
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.network_rows import (
    ContractRow,
    NetworkRow,
    OrganisationRow,
    ProviderRow,
    RosterDomainRow,
)
from beffroi.guard.importing.people import import_people
from beffroi.guard.keys import Keys
from beffroi.guard.sessions.handles import digest, new_secret
from beffroi.simulation.agents import Agent, Membership
from beffroi.simulation.application_key import ensure_application_key
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.wire import Hijacked
from beffroi.simulation.network import Application, habilitation_id, network_rows
from beffroi.simulation.people import Record
from beffroi.simulation.population import Population

APPLICATION: Final = "console"
ISSUER: Final = "https://provider.example"
CLIENT: Final = "the browser that was hijacked"
RETURN_TO: Final = "http://localhost:8000/back/"
"""Where the application has browsers come back; nobody answers there."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A loaded scene. ``records`` are all its people, as the world generated them."""

    population: Population
    key_file: Path
    application_key_file: Path
    records: tuple[Record, ...] = field(repr=False)

    def keys(self) -> Keys:
        """The guard's keys: the drill plays both sides."""
        return keys.load(self.key_file)

    def application_key(self) -> ApplicationKey:
        """The console's private key."""
        return ApplicationKey.read(APPLICATION, self.application_key_file)


def prepare(
    scratch: Scratch,
    database: ScratchDatabase,
    population: Population,
    *,
    confirmed_agents: Mapping[str, int] | None = None,
    caps: Caps | None = None,
    workers: int = 1,
) -> Stage:
    """Load a population with its network; ``confirmed_agents`` overrides the size of offices, by their code."""
    folder = scratch.folder / "keys"
    key_file = folder / "guard.key"
    if not key_file.exists():
        keys.generate(key_file)
    stage = Stage(population, key_file, folder / "console.jwk", tuple(population.world.people()))
    public = ensure_application_key(stage.application_key_file)
    application = Application(APPLICATION, "Console", (RETURN_TO,), public, caps)
    asyncio.run(_load_network(stage, database, application, confirmed_agents or {}))
    import_people(population, dsn=database.guard, key_file=key_file, operator="drill", workers=workers)
    return stage


async def _load_network(
    stage: Stage, database: ScratchDatabase, application: Application, confirmed: Mapping[str, int]
) -> None:
    world, held = stage.population.world, stage.keys()
    conn = await asyncpg.connect(database.guard)
    try:
        await key_check.establish(conn, held)
        now = await conn.fetchval("SELECT guard.instant()")
        rows = network_rows(world, application, issuer=ISSUER, telephones={}, now=now)
        needed = {m.organisation_code for agent in world.agents for m in agent.memberships}
        needed |= {relation.organisation_code for record in stage.records for relation in record.relations}
        await import_network(conn, held, _only(rows, needed, confirmed), operator="drill")
    finally:
        await conn.close()


def _only(rows: Iterable[NetworkRow], needed: set[str], confirmed: Mapping[str, int]) -> Iterable[NetworkRow]:
    """Rows of the organisations that have agents or people; the others of the open data stay out of the scene."""
    left_out = set()
    for row in rows:
        if isinstance(row, ContractRow | ProviderRow | RosterDomainRow) and row.organisation in left_out:
            continue
        if isinstance(row, OrganisationRow):
            if row.code not in needed:
                left_out.add(row.id)
                continue
            if row.code in confirmed:
                row = msgspec.structs.replace(row, confirmed_agents=confirmed[row.code])
        yield row


class Clockwork:
    """The drill's hand on the clock of a throw-away database: always forward."""

    def __init__(self, conn: "asyncpg.Connection", begins: datetime, shift: timedelta) -> None:
        self._conn, self.begins, self._shift = conn, begins, shift
        self.ahead = timedelta()
        """How far the database's clock is ahead of this machine's."""

    @classmethod
    async def at_next_midnight(cls, conn: "asyncpg.Connection") -> "Clockwork":
        """Five minutes after the next midnight of Europe/Paris, so that a simulated day is one day of budgets."""
        now: datetime = await conn.fetchval("SELECT clock_timestamp()")
        local = now.astimezone(PARIS)
        begins = (local + timedelta(days=1)).replace(hour=0, minute=5, second=0, microsecond=0)
        return cls(conn, begins, begins - now)

    async def set(self, elapsed: timedelta) -> None:
        """Show ``elapsed`` after the beginning. Real seconds go on beside it."""
        self.ahead = self._shift + elapsed
        await self._conn.execute(
            'INSERT INTO guard.drill_clock (shift) VALUES ($1) ON CONFLICT ("only") DO UPDATE SET shift = $1',
            self.ahead,
        )


async def hijack(
    conn: "asyncpg.Connection", stage: Stage, agent: Agent, membership: Membership, level: Level = Level.PASSKEY
) -> Hijacked:
    """A live session of an agent, as a sign-in with a second factor leaves it once the console has redeemed it."""
    return await live(conn, stage, agent.id, habilitation_id(agent, membership), secrets.token_urlsafe(32), level)


async def live(
    conn: "asyncpg.Connection",
    stage: Stage,
    account: str,
    habilitation: str,
    cookie: str,
    level: Level = Level.PASSKEY,
) -> Hijacked:
    """A live session under one habilitation; ``cookie`` is the guard's own in the browser that began it."""
    now: datetime = await conn.fetchval("SELECT guard.instant()")
    handle = new_secret()
    await stamped.insert(
        conn,
        stage.keys(),
        "session",
        {
            "id": str(uuid4()),
            "handle_hash": digest(handle),
            "application": APPLICATION,
            "account": account,
            "habilitation": habilitation,
            "level": int(level),
            "factor_at": now,
            "client_hash": digest(CLIENT),
            "browser_hash": digest(cookie),
            "logout_hint": None,
            "created_at": now,
            "expires_at": now + timedelta(hours=10),
            "seen_at": now,
            "revoked_at": None,
            "version": 1,
        },
    )
    return Hijacked(handle, CLIENT)
