"""The beginning: three founders on an empty journal, each with an enrolment code shown once.

Founders read no file and count in no line of creation: their role has no purpose, and nobody requested or approved
them. Two inits at once wait for each other at the turnstile; the second finds a journal that is not empty.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import CODE, AccountId, ApplicationId, OrganisationId, ProviderId, RoleCode
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.core.policy import Policy, RoleKind
from beffroi.guard import breaking, key_check, stamped, turnstile
from beffroi.guard.habilitations import applications
from beffroi.guard.journal import Entry, append
from beffroi.guard.providers.writing import accept
from beffroi.guard.signin import enrolments
from beffroi.guard.vault import blind
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import new_key, owner_bytes, seal
from beffroi.standards.jose import PublicKeys, read_key_set

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from beffroi.guard.keys import Keys

FOUNDERS: Final = 3
_ATTESTED: Final = timedelta(days=183)  # awareness is renewed every six months
_REVIEWED: Final = timedelta(days=92)
_HELD: Final = timedelta(days=365)
_NETWORK_LIFE: Final = timedelta(days=36_500)  # the network has no contract with itself
_KEY_LIFE: Final = timedelta(days=365)
_BEGUN: Final = """
SELECT EXISTS (SELECT FROM guard.journal WHERE kind NOT IN ('fact', 'baseline')) OR EXISTS (SELECT FROM guard.account)
"""
"""A guard that looked at an empty database has left its mark in the journal; that is no beginning."""


class FoundingRefused(RuntimeError):
    """The beginning cannot be made; the message says why, without a value that was typed."""


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the three; shown nowhere but in the vault."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FirstApplication:
    """The application through which the founders will work: its return addresses and its public key (RFC 7517)."""

    id: ApplicationId
    name: str
    redirect_uris: tuple[str, ...]
    public_jwk: str


async def found(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    founders: Sequence[Founder],
    network: str,
    *,
    application: FirstApplication | None = None,
    providers: Sequence[ProviderId],
    operator: str,
) -> list[str]:
    """Enrol three founders, all or nothing; their codes, in the order given. The caller shows them once.

    ``providers`` are the identity providers through which they will sign in: the network accepts these from now on.

    Raises FoundingRefused when the database already has a beginning or an argument cannot serve; KeysRefused when
    the key file is another database's.
    """
    indexes = _checked(keys, founders)
    if not providers:
        raise FoundingRefused("At least one identity provider must be named: nobody could sign in.")
    role = next((code for code, each in policy.roles.items() if each.kind is RoleKind.FOUNDER), None)
    if role is None:
        raise FoundingRefused("The policy has no role of kind founder.")
    async with conn.transaction():
        await turnstile.take(conn)
        if await conn.fetchval(_BEGUN):
            raise FoundingRefused("This database already has a beginning: its journal is not empty.")
        await key_check.establish(conn, keys)
        now = await stamped.instant(conn)
        organisation = str(uuid4())
        await stamped.insert(
            conn,
            keys,
            "organisation",
            {
                "id": organisation,
                "code": "network",
                "name": network,
                "kind": "network",
                "siret": None,
                "active": True,
                "contract_until": now + _NETWORK_LIFE,
                "confirmed_agents": 0,
                "version": 1,
            },
        )
        for provider in dict.fromkeys(providers):
            await accept(conn, keys, OrganisationId(organisation), provider, provider, now, source="founding")
        if application is not None:
            await _open(conn, keys, policy, application, organisation, now)
        through = list(await applications.on_offer(conn, keys))
        codes: list[str] = []
        for founder, index in zip(founders, indexes, strict=True):
            account = await _write(conn, keys, founder, index, organisation, role, through, now)
            detail = json.dumps({"applications": through, "operator": operator}, separators=(",", ":"))
            await append(conn, [Entry(now, "founded", account=account, role=role, detail=detail)])
            codes.append(await enrolments.issue(conn, keys, account, now))
        return codes


def _checked(keys: "Keys", founders: Sequence[Founder]) -> list[object]:
    if len(founders) != FOUNDERS:
        raise FoundingRefused(f"Exactly {FOUNDERS} founders are needed, {len(founders)} were named.")
    indexes: list[object] = []
    for place, founder in enumerate(founders, start=1):
        index = blind.agent_email(keys, founder.email)
        if isinstance(index, NormalisationRefusal):
            raise FoundingRefused(f"Founder {place}: {index.sentence}")
        if not founder.first_name.strip() or not founder.last_name.strip():
            raise FoundingRefused(f"Founder {place}: first name and last name are needed.")
        if index in indexes:
            raise FoundingRefused("The founders are three people: two of them share an address.")
        indexes.append(index)
    return indexes


async def _write(
    conn: "asyncpg.Connection",
    keys: "Keys",
    founder: Founder,
    index: object,
    organisation: str,
    role: RoleCode,
    through: Sequence[ApplicationId],
    now: "datetime",
) -> AccountId:
    account, own_key = AccountId(str(uuid4())), new_key()
    owner = owner_bytes(account)
    agent = Agent(first_name=founder.first_name.strip(), last_name=founder.last_name.strip(), email=founder.email)
    await stamped.insert(
        conn,
        keys,
        "account",
        {
            "id": account,
            "status": "invited",
            "subject_index": None,
            "idp_id": None,
            "email_index": index,
            "wrapped_key": keys.wrap(own_key, owner),
            "epoch": keys.epoch,
            "personal": seal(own_key, owner, "agent", encode(agent)),
            "attested_until": now + _ATTESTED,
            "reviewed_until": now + _REVIEWED,
            "requested_by": None,
            "approved_by": None,
            "pools": [],
            "created_at": now,
            "version": 1,
        },
    )
    habilitation = str(uuid4())
    await stamped.insert(
        conn,
        keys,
        "habilitation",
        {
            "id": habilitation,
            "account": account,
            "organisation": organisation,
            "role": role,
            "status": "confirmed",
            "from_at": now,
            "until_at": now + _HELD,
            "version": 1,
        },
    )
    await applications.give(conn, keys, habilitation, through)
    return account


async def _open(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    application: FirstApplication,
    organisation: str,
    now: "datetime",
) -> None:
    read = read_key_set(f'{{"keys":[{application.public_jwk}]}}'.encode())
    kids = list(read.by_kid) if isinstance(read, PublicKeys) else []
    if CODE.fullmatch(application.id) is None or not application.redirect_uris or len(kids) != 1:
        raise FoundingRefused(
            "The application needs a code, at least one return address and one public key with a kid (JWK)."
        )
    caps = policy.application.newcomer
    await stamped.insert(
        conn,
        keys,
        "application",
        {
            "id": application.id,
            "name": application.name,
            "organisation": organisation,
            "open": True,
            "redirect_uris": list(application.redirect_uris),
            "hour_cap": caps.hour,
            "day_cap": caps.day,
            "week_cap": caps.week,
            "month_cap": caps.month,
            "version": 1,
        },
    )
    await stamped.insert(
        conn,
        keys,
        "application_key",
        {
            "application": application.id,
            "kid": kids[0],
            "jwk": application.public_jwk,
            "until_at": now + _KEY_LIFE,
            "revoked_at": None,
            "version": 1,
        },
    )
    await breaking.register(conn, keys, application.id, caps, now)
    await append(conn, [Entry(now, "application-registered", application=application.id)])
