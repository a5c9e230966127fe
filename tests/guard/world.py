"""A small world with genuine MACs: organisations, an application, agents with live sessions, people, relations.

Every helper writes one row, stamped, through the guard's own role, so that a test states only what differs.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from beffroi.core import policy_file
from beffroi.core.facts import Request
from beffroi.core.ids import (
    AccountId,
    ApplicationId,
    HabilitationId,
    OrganisationId,
    PersonId,
    PurposeCode,
    SessionId,
)
from beffroi.core.policy import Action, Policy
from beffroi.guard import key_check, stamped
from beffroi.guard.habilitations.applications import give
from beffroi.guard.keys import Keys
from beffroi.guard.sessions.handles import digest
from beffroi.guard.vault import people
from beffroi.guard.vault.records import AgencyId, Contact, Identity, Nir, Record, Situation

POLICY: Policy = policy_file.load_default()
PROVIDERS = ("idp", "demonstration-idp")
"""Identity providers of the tests, which every organisation accepts unless told."""
CLIENT = "browser of the desk"
CASES = ApplicationId("cases")
FOLLOW_UP = PurposeCode("follow-up")


def new_keys() -> Keys:
    """Keys of a test: random, never written."""
    parts = [secrets.token_bytes(32) for _ in range(4)]
    return Keys({1: parts[0]}, 1, blind=parts[1], mac=parts[2], session=parts[3])


@dataclass(frozen=True, slots=True)
class AgentOfTest:
    """Somebody who works, and their live session."""

    account: AccountId
    habilitation: HabilitationId
    organisation: OrganisationId
    session: SessionId
    handle: str
    role: str

    @property
    def handle_hash(self) -> bytes:
        """What the database keeps of the handle."""
        return digest(self.handle)


@dataclass(slots=True)
class World:
    """Writes the rows of a test. ``conn`` is a connection of the guard's role."""

    conn: asyncpg.Connection
    keys: Keys
    policy: Policy = POLICY
    application: ApplicationId = CASES
    offices: dict[str, OrganisationId] = field(default_factory=dict)

    async def now(self) -> datetime:
        """The sole clock."""
        at: datetime = await self.conn.fetchval("SELECT guard.instant()")
        return at

    async def insert(self, table: str, **row: object) -> None:
        """One stamped row."""
        await stamped.insert(self.conn, self.keys, table, {"version": 1, **row})

    async def amend(self, table: str, id_: str, **changes: object) -> None:
        """Change a row as a command of the guard would: version and MAC follow."""
        row = await self.conn.fetchrow(f"SELECT * FROM guard.{table} WHERE id = $1", id_)
        assert row is not None
        await stamped.amend(self.conn, self.keys, table, row, **changes)

    async def organisation(
        self, name: str, kind: str = "youth-office", *, providers: Iterable[str] = PROVIDERS, **changes: object
    ) -> OrganisationId:
        """An organisation in force, which accepts these identity providers."""
        id_ = OrganisationId(str(uuid4()))
        row = {
            "id": id_, "code": f"code-{id_[:8]}", "name": name, "kind": kind, "siret": None, "active": True,
            "contract_until": await self.now() + timedelta(days=400), "confirmed_agents": 10,
        }  # fmt: skip
        await self.insert("organisation", **{**row, **changes})
        self.offices[name] = id_
        for provider in providers:
            await self.provider(id_, provider)
        return id_

    async def provider(self, organisation: OrganisationId, provider: str, **changes: object) -> str:
        """An identity provider that an organisation accepts; the row's id."""
        row: dict[str, object] = {
            "id": str(uuid4()), "organisation": organisation, "provider": provider, "name": "Provider of the tests",
            "source": "import", "accepted_at": await self.now(), "accepted_by": None, "withdrawn_at": None,
            "withdrawn_by": None,
        }  # fmt: skip
        await self.insert("organisation_provider", **{**row, **changes})
        return str(row["id"])

    async def open_application(self, organisation: OrganisationId, **changes: object) -> ApplicationId:
        """An application whose breaker is wide open."""
        row: dict[str, object] = {
            "id": self.application, "name": "Cases", "organisation": organisation, "open": True,
            "redirect_uris": ["https://console.example/back"],
            "hour_cap": 1_000_000, "day_cap": 1_000_000, "week_cap": 1_000_000, "month_cap": 1_000_000,
        }  # fmt: skip
        row |= changes
        await self.insert("application", **row)
        return ApplicationId(str(row["id"]))

    async def agent(
        self,
        organisation: OrganisationId,
        role: str = "adviser",
        *,
        status: str = "confirmed",
        applications: tuple[ApplicationId, ...] | None = None,
        **changes: object,
    ) -> AgentOfTest:
        """An account with one habilitation and one live session; ``changes`` are columns of the account."""
        now, id_ = await self.now(), AccountId(str(uuid4()))
        owner = UUID(id_).bytes
        row: dict[str, object] = {
            "id": id_, "status": "active", "subject_index": uuid4(), "idp_id": "idp", "email_index": uuid4(),
            "wrapped_key": self.keys.wrap(secrets.token_bytes(32), owner), "epoch": self.keys.epoch,
            "personal": b"", "attested_until": now + timedelta(days=90), "reviewed_until": now + timedelta(days=90),
            "requested_by": None, "approved_by": None, "pools": [], "created_at": now,
        }  # fmt: skip
        await self.insert("account", **{**row, **changes})
        habilitation = await self.habilitation(id_, organisation, role, status=status, applications=applications)
        return await self.sign_in(id_, habilitation, organisation, role)

    async def habilitation(
        self,
        account: AccountId,
        organisation: OrganisationId,
        role: str,
        *,
        status: str = "confirmed",
        applications: tuple[ApplicationId, ...] | None = None,
    ) -> HabilitationId:
        """A role held from yesterday to next year, in every application of now unless some are named."""
        now, id_ = await self.now(), HabilitationId(str(uuid4()))
        await self.insert(
            "habilitation", id=id_, account=account, organisation=organisation, role=role, status=status,
            from_at=now - timedelta(days=1), until_at=now + timedelta(days=365),
        )  # fmt: skip
        if applications is None:
            applications = tuple([row["id"] for row in await self.conn.fetch("SELECT id FROM guard.application")])
        await give(self.conn, self.keys, id_, applications)
        return id_

    async def sign_in(
        self,
        account: AccountId,
        habilitation: HabilitationId,
        organisation: OrganisationId,
        role: str,
        **changes: object,
    ) -> AgentOfTest:
        """A live session of the passkey level, redeemed a moment ago by the client ``CLIENT``."""
        now, id_, handle = await self.now(), SessionId(str(uuid4())), secrets.token_urlsafe(32)
        row: dict[str, object] = {
            "id": id_, "handle_hash": digest(handle), "application": self.application, "account": account,
            "habilitation": habilitation, "level": 3, "factor_at": now, "client_hash": digest(CLIENT),
            "browser_hash": None, "logout_hint": None, "created_at": now,
            "expires_at": now + timedelta(hours=10), "seen_at": now, "revoked_at": None,
        }  # fmt: skip
        await self.insert("session", **{**row, **changes})
        return AgentOfTest(account, habilitation, organisation, id_, handle, role)

    async def person(
        self,
        organisation: OrganisationId | None = None,
        *,
        referent: AgentOfTest | None = None,
        kind: str = "followed",
        last_name: str = "Rousseau",
        first_names: str = "Camille",
        birth_date: str = "2005-04-12",
        days: int = 60,
        **records: Record,
    ) -> PersonId:
        """A person with identity and contact, followed (or not) by an organisation for ``days`` days."""
        now, id_ = await self.now(), PersonId(str(uuid4()))
        groups: dict[str, Record] = {
            "identity": Identity(last_name=last_name, first_names=first_names, birth_date=birth_date),
            "contact": Contact(email=f"{id_[:8]}@example.org", phone="0612345678", city="Lille"),
            "situation": Situation(housing="chez ses parents"),
            **records,
        }
        columns = ", ".join(people.COLUMNS)
        places = ", ".join(f"${place}" for place in range(1, len(people.COLUMNS) + 1))
        await self.conn.execute(
            f"INSERT INTO guard.person ({columns}) VALUES ({places})",
            *people.sealed_row(self.keys, id_, groups, now),
        )
        if organisation is not None:
            await self.relation(id_, organisation, referent=referent, kind=kind, days=days)
        return id_

    async def relation(
        self,
        person: PersonId,
        organisation: OrganisationId,
        *,
        referent: AgentOfTest | None = None,
        kind: str = "followed",
        days: int = 60,
        until_at: datetime | None = None,
    ) -> None:
        """A relation ``days`` days old."""
        await self.insert(
            "relation", person=person, organisation=organisation, kind=kind,
            referent=None if referent is None else referent.account,
            since_at=await self.now() - timedelta(days=days), until_at=until_at,
        )  # fmt: skip

    async def serves_no_more(self, agent: AgentOfTest, application: ApplicationId | None = None) -> None:
        """End what lets an agent's habilitation serve in an application, the world's unless another is named."""
        id_ = await self.conn.fetchval(
            "SELECT id FROM guard.habilitation_application WHERE habilitation = $1 AND application = $2",
            agent.habilitation, application or self.application,
        )  # fmt: skip
        await self.amend("habilitation_application", id_, ended_at=await self.now())

    async def contain(self, kind: str, scope: str = "", groups: int = 0) -> str:
        """Cut something off; the containment's id."""
        id_ = str(uuid4())
        await self.insert(
            "containment", id=id_, kind=kind, scope=scope, groups=groups, since_at=await self.now(), lifted_at=None
        )
        return id_

    def request(
        self,
        person: PersonId | None,
        *,
        action: Action = Action.RELEASE,
        groups: int = 3,
        purpose: PurposeCode = FOLLOW_UP,
        reason: str | None = None,
    ) -> Request:
        """A request of the world's application."""
        return Request(action, self.application, purpose, person, groups, reason)


async def build(dsn: str, keys: Keys | None = None, *, providers: Iterable[str] = PROVIDERS) -> World:
    """Connect as the guard, prove the keys, and lay two offices and an open application."""
    keys = keys or new_keys()
    world = World(await asyncpg.connect(dsn), keys)
    await key_check.establish(world.conn, keys)
    north = await world.organisation("North", providers=providers)
    await world.organisation("South", providers=providers)
    await world.open_application(north)
    return world


def some_nir() -> Nir:
    """A NIR with a right key, of nobody in particular."""
    body = f"105047{secrets.randbelow(89) + 10}{secrets.randbelow(899) + 100}{secrets.randbelow(899) + 100}"[:13]
    return Nir(nir=body + f"{97 - int(body) % 97:02d}")


def some_agency_id() -> AgencyId:
    """An identifier of the employment agency."""
    return AgencyId(agency_id=f"{secrets.randbelow(9_000_000) + 1_000_000}A")


def year_2026(month: int, day: int, hour: int = 12) -> datetime:
    """An instant of this year, UTC."""
    return datetime(2026, month, day, hour, tzinfo=UTC)
