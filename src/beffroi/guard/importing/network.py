"""Import of the network in one transaction: organisations, applications, accounts, rights, each row with its MAC."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final
from uuid import uuid4

import asyncpg

from beffroi.core.ids import AccountId
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard import journal, stamped, turnstile
from beffroi.guard.authentic import Value, columns
from beffroi.guard.containing import lineage
from beffroi.guard.folding import recording
from beffroi.guard.importing.network_rows import (
    AccountRow,
    ApplicationKeyRow,
    ApplicationRow,
    ContractRow,
    FactorRow,
    HabilitationRow,
    NetworkRefused,
    NetworkRow,
    OrganisationRow,
    ProviderRow,
    RelationRow,
    RosterDomainRow,
)
from beffroi.guard.importing.partner_rows import AT_ODDS, PartnerMaker
from beffroi.guard.journal import Entry
from beffroi.guard.keys import Keys
from beffroi.guard.vault import blind, sealing
from beffroi.guard.vault.records import Agent, encode

_KEYED_BY: Final[dict[str, tuple[str, ...]]] = {
    "organisation": ("id",),
    "application": ("id",),
    "application_key": ("application", "kid"),
    "account": ("id",),
    "habilitation": ("id",),
    "habilitation_application": ("id",),
    "factor": ("id",),
    "relation": ("person", "organisation", "kind"),
    "contract": ("id",),
    "checklist_item": ("id",),
    "roster_domain": ("id",),
    "organisation_provider": ("organisation", "provider"),
}
"""Tables in the order in which they refer to each other, with their primary keys."""


async def import_network(
    conn: asyncpg.Connection, keys: Keys, rows: Iterable[NetworkRow], *, operator: str
) -> dict[str, int]:
    """Write what is not there yet, all of it or nothing; how many rows were added to each table.

    A row whose key is already known is left as it is: an import never changes a right. One journal entry records
    the import. Raises NetworkRefused when rows contradict each other or name what does not exist, WrappedKeyRefused.
    """
    by_type: dict[type, list[NetworkRow]] = defaultdict(list)
    for row in rows:
        by_type[type(row)].append(row)
    maker = _Maker(keys)
    try:
        async with conn.transaction():
            await turnstile.take(conn)
            at = await conn.fetchval("SELECT guard.instant()")
            contracts = PartnerMaker(keys, by_type[OrganisationRow], at)
            new = await _new(conn, by_type[HabilitationRow])
            await maker.remember_accounts(conn, [row for row in by_type[FactorRow] if isinstance(row, FactorRow)])
            made = {
                "organisation": map(maker.organisation, by_type[OrganisationRow]),
                "application": map(maker.application, by_type[ApplicationRow]),
                "application_key": map(maker.application_key, by_type[ApplicationKeyRow]),
                "account": map(maker.account, by_type[AccountRow]),
                "habilitation": map(maker.habilitation, by_type[HabilitationRow]),
                "habilitation_application": chain.from_iterable(map(maker.applications, new)),
                "factor": map(maker.factor, by_type[FactorRow]),
                "relation": map(maker.relation, by_type[RelationRow]),
                "contract": map(contracts.contract, by_type[ContractRow]),
                "checklist_item": chain.from_iterable(map(contracts.items, by_type[ContractRow])),
                "roster_domain": map(contracts.domain, by_type[RosterDomainRow]),
                "organisation_provider": map(contracts.provider, by_type[ProviderRow]),
            }
            added: Counter[str] = Counter()
            for table, key in _KEYED_BY.items():
                added[table] = await _add(conn, keys, table, key, list(made[table]))
            at = await conn.fetchval("SELECT guard.instant()")
            accounts = [AccountId(row.id) for row in by_type[AccountRow] if isinstance(row, AccountRow)]
            await lineage.follow(conn, keys, accounts, at)
            if added["contract"] and await conn.fetchval(AT_ODDS):
                raise NetworkRefused("a contract is at odds with what is already known of its organisation")
            detail = json.dumps({"operator": operator, **{name: count for name, count in added.items() if count}})
            await journal.append(conn, [Entry(at, "network-imported", detail=detail)])
    except asyncpg.UniqueViolationError as error:
        raise NetworkRefused(f"two rows share what must be unique ({error.constraint_name})") from None
    except asyncpg.ForeignKeyViolationError as error:
        raise NetworkRefused(f"a row names something that does not exist ({error.constraint_name})") from None
    return dict(added)


async def _new(conn: asyncpg.Connection, rows: Sequence[NetworkRow]) -> list[HabilitationRow]:
    """Habilitations that are not there yet: those that are serve where they did."""
    named = {row.id: row for row in rows if isinstance(row, HabilitationRow)}
    for row in await conn.fetch("SELECT id FROM guard.habilitation WHERE id = ANY ($1::uuid[])", list(named)):
        del named[str(row["id"])]
    return list(named.values())


async def _add(
    conn: asyncpg.Connection, keys: Keys, table: str, key: tuple[str, ...], rows: list[dict[str, Value]]
) -> int:
    """Stamp and copy the rows whose key is not in the table."""
    if not rows:
        return 0
    kind = "text" if table.startswith("application") else "uuid"
    found = await conn.fetch(
        f"SELECT {', '.join(key)} FROM guard.{table} WHERE {key[0]} = ANY($1::{kind}[])",
        [row[key[0]] for row in rows],
    )
    known = {tuple(str(record[name]) for name in key) for record in found}
    new = [row for row in rows if tuple(str(row[name]) for name in key) not in known]
    if not new:
        return 0
    authenticated = columns(table)
    for row in new:
        row["mac"] = keys.authenticator.stamp(table, [row[name] for name in authenticated])
    names = list(new[0])
    await conn.copy_records_to_table(
        table, schema_name="guard", columns=names, records=[tuple(row[name] for name in names) for row in new]
    )
    if table not in recording.BORN_UNSAID:
        await stamped.record(conn, keys, table, new)
    return len(new)


class _Maker:
    """Turns rows into columns; keeps the key of each account met, under which its factors are sealed."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._account_keys: dict[str, bytes] = {}

    async def remember_accounts(self, conn: asyncpg.Connection, factors: Sequence[FactorRow]) -> None:
        ids = list({factor.account for factor in factors})
        for row in await conn.fetch(
            "SELECT id, wrapped_key, epoch FROM guard.account WHERE id = ANY($1::uuid[])", ids
        ):
            key = self._keys.unwrap(row["wrapped_key"], row["epoch"], row["id"].bytes)
            self._account_keys[str(row["id"])] = key

    def organisation(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, OrganisationRow)
        return {
            "id": row.id, "code": row.code, "name": row.name, "kind": row.kind, "siret": row.siret,
            "active": row.active, "contract_until": row.contract_until, "confirmed_agents": row.confirmed_agents,
            "version": 1,
        }  # fmt: skip

    def application(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, ApplicationRow)
        return {
            "id": row.id, "name": row.name, "organisation": row.organisation, "open": row.open,
            "redirect_uris": row.redirect_uris, "hour_cap": row.hour_cap, "day_cap": row.day_cap,
            "week_cap": row.week_cap, "month_cap": row.month_cap, "version": 1,
        }  # fmt: skip

    def application_key(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, ApplicationKeyRow)
        return {
            "application": row.application, "kid": row.kid, "jwk": row.jwk, "until_at": row.until_at,
            "revoked_at": None, "version": 1,
        }  # fmt: skip

    def account(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, AccountRow)
        email_index = blind.agent_email(self._keys, row.email)
        if isinstance(email_index, NormalisationRefusal):
            raise NetworkRefused(f"account {row.id}: {email_index.value}")
        if len({row.issuer is None, row.sub is None, row.idp_id is None}) > 1:
            raise NetworkRefused(f"account {row.id}: issuer, sub and idp_id go together")
        subject = None if row.issuer is None or row.sub is None else blind.subject(self._keys, row.issuer, row.sub)
        owner = sealing.owner_bytes(row.id)
        key = self._account_keys.setdefault(row.id, sealing.new_key())
        agent = Agent(first_name=row.first_name, last_name=row.last_name, email=row.email, phone=row.phone)
        return {
            "id": row.id, "status": row.status, "subject_index": subject, "idp_id": row.idp_id,
            "email_index": email_index, "wrapped_key": self._keys.wrap(key, owner), "epoch": self._keys.epoch,
            "personal": sealing.seal(key, owner, "agent", encode(agent)), "attested_until": row.attested_until,
            "reviewed_until": row.reviewed_until, "requested_by": row.requested_by, "approved_by": row.approved_by,
            "pools": row.pools, "created_at": row.created_at, "version": 1,
        }  # fmt: skip

    def habilitation(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, HabilitationRow)
        return {
            "id": row.id, "account": row.account, "organisation": row.organisation, "role": row.role,
            "status": row.status, "from_at": row.from_at, "until_at": row.until_at, "version": 1,
        }  # fmt: skip

    def applications(self, row: HabilitationRow) -> list[dict[str, Value]]:
        return [
            {"id": str(uuid4()), "habilitation": row.id, "application": code, "ended_at": None, "version": 1}
            for code in dict.fromkeys(row.applications)
        ]

    def factor(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, FactorRow)
        key = self._account_keys.get(row.account)
        if key is None:
            raise NetworkRefused(f"factor {row.id}: its account does not exist")
        owner = sealing.owner_bytes(row.account)
        return {
            "id": row.id, "account": row.account, "kind": "totp", "credential_id": None, "public_key": None,
            "sign_count": None, "secret": sealing.seal(key, owner, f"factor/{row.id}", row.secret),
            "last_step": None, "failures": 0, "locked_until": None, "created_at": row.created_at,
            "revoked_at": None, "version": 1,
        }  # fmt: skip

    def relation(self, row: NetworkRow) -> dict[str, Value]:
        assert isinstance(row, RelationRow)
        return {
            "person": row.person, "organisation": row.organisation, "kind": row.kind, "referent": row.referent,
            "since_at": row.since_at, "until_at": row.until_at, "version": 1,
        }  # fmt: skip
