"""An invented network as rows of the guard's own import: organisations, application, agents, rights, telephones."""

import base64
import json
import math
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from beffroi.core.awareness import ATTESTATION
from beffroi.core.budgets import Caps
from beffroi.core.partner_lists import CLAUSES, reference
from beffroi.core.policy import Policy
from beffroi.guard.importing.network_rows import (
    AccountRow,
    ApplicationKeyRow,
    ApplicationRow,
    ContractRow,
    FactorRow,
    HabilitationRow,
    NetworkRow,
    OrganisationRow,
    ProviderRow,
    RosterDomainRow,
)
from beffroi.simulation import agents as roles
from beffroi.simulation.agents import Agent, Membership
from beffroi.simulation.directory import (
    AGENCY,
    NAMESPACE,
    NETWORK,
    NETWORK_CODE,
    TRAINING_ORGANISATION,
    YOUTH_OFFICE,
    Organisation,
)
from beffroi.simulation.world import World

IDP_ID: Final = "demonstration-idp"
KINDS: Final[Mapping[str, str]] = {
    YOUTH_OFFICE: "youth-office",
    TRAINING_ORGANISATION: "training-organisation",
    AGENCY: "employment-agency",
    NETWORK: "network",
}
"""Kinds of the directory that may be given rights, in the policy's words; a mere provider has none."""
ROLE_CODES: Final[Mapping[str, str]] = {roles.RECEPTION: "receptionist"}
"""Roles whose code in the policy is not the simulation's own."""
LASTING: Final = timedelta(days=365)
"""How long contracts, reviews and habilitations of a demonstration run, and how old they are."""
ATTESTED: Final[Mapping[str, timedelta]] = {"sandrine.lopez": timedelta(days=12)}
"""Attestations that end sooner: the demonstration of a reminder."""
READERS_DAY: Final = 25
"""People opened a day by each agent, for the application's first breaker: the policy's figure for an office."""


@dataclass(frozen=True, slots=True)
class Application:
    """A business application to register: its code, name, where browsers come back, its public key (RFC 7517)."""

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    public_jwk: Mapping[str, object]
    caps: Caps | None = None


def role_code(role: str) -> str:
    """The policy's code of a role of the simulation."""
    return ROLE_CODES.get(role, role)


def breaker(agents: int) -> Caps:
    """First caps of an application that ``agents`` people use: 1.3 times an ordinary day, a quarter of it an hour."""
    day = max(400, math.ceil(1.3 * READERS_DAY * agents))
    return Caps(day // 4, day, 5 * day, 20 * day)


def telephones_of(agents: Iterable[Agent], policy: Policy) -> dict[str, str]:
    """A fresh TOTP secret (base32) for each agent whose every role may prove itself by one; random, never seeded."""
    return {
        agent.login: base64.b32encode(secrets.token_bytes(20)).decode("ascii")
        for agent in agents
        if all(role_code(membership.role) in policy.totp_roles for membership in agent.memberships)
    }


def network_rows(
    world: World, application: Application, *, issuer: str, telephones: Mapping[str, str], now: datetime
) -> Iterator[NetworkRow]:
    """Everything of a world but its people; ids are the same at every call.

    ``telephones`` gives the TOTP secret (base32) of each login that has one. ``issuer`` is the identity provider by
    whose subjects accounts are bound.
    """
    organisations = {o.code: o for o in world.directory.organisations if o.kind in KINDS}
    confirmed = Counter(m.organisation_code for agent in world.agents for m in agent.memberships)
    ends = now + LASTING
    for code, one in organisations.items():
        yield OrganisationRow(
            id=one.id, code=code, name=one.name, kind=KINDS[one.kind], siret=one.siret,
            contract_until=_contract_ends(one, ends), confirmed_agents=confirmed[code],
        )  # fmt: skip
        yield ProviderRow(organisation=one.id, provider=IDP_ID, name="Fournisseur de démonstration")
    yield from _contracts(organisations.values(), now, ends)
    caps = application.caps or breaker(len(world.agents))
    yield ApplicationRow(
        id=application.id, name=application.name, organisation=organisations[NETWORK_CODE].id,
        redirect_uris=application.redirect_uris,
        hour_cap=caps.hour, day_cap=caps.day, week_cap=caps.week, month_cap=caps.month,
    )  # fmt: skip
    yield ApplicationKeyRow(
        application=application.id,
        kid=str(application.public_jwk["kid"]),
        jwk=json.dumps(application.public_jwk),
        until_at=ends,
    )
    lines = _lines(world)
    for agent in world.agents:
        asked, approved = lines.get(agent.id, (None, None))
        yield AccountRow(
            id=agent.id, email=agent.email, first_name=agent.first_name, last_name=agent.last_name,
            phone=agent.phone, issuer=issuer, sub=agent.sub, idp_id=IDP_ID,
            attested_until=now + ATTESTED.get(agent.login, ATTESTATION), reviewed_until=ends, created_at=now,
            requested_by=asked, approved_by=approved,
        )  # fmt: skip
        for membership in agent.memberships:
            yield HabilitationRow(
                id=habilitation_id(agent, membership),
                account=agent.id,
                organisation=organisations[membership.organisation_code].id,
                role=role_code(membership.role),
                applications=(application.id,),
                from_at=now - LASTING,
                until_at=ends,
            )
        secret = telephones.get(agent.login)
        if secret is not None:
            identifier = str(uuid5(NAMESPACE, f"telephone:{agent.id}"))
            yield FactorRow(id=identifier, account=agent.id, secret=base64.b32decode(secret), created_at=now)


def _contract_ends(one: Organisation, ends: datetime) -> datetime:
    """Most contracts of a demonstration run for a year; one in forty is soon to be renewed."""
    renewed = one.kind == NETWORK or one.invented or int(one.id[:4], 16) % 40
    return ends if renewed else ends - LASTING + timedelta(days=45)


def _contracts(organisations: Iterable[Organisation], now: datetime, ends: datetime) -> Iterator[NetworkRow]:
    """A contract for each partner, begun within the last seven months, and the domain of its agents' addresses."""
    for one in organisations:
        if one.kind == NETWORK:
            continue
        slug, rank = one.code.lower(), int(one.id[:6], 16)
        yield ContractRow(
            organisation=one.id, from_at=now - timedelta(days=20 + rank % 200),
            clauses=tuple(map(reference, CLAUSES)), controllers=("Réseau de démonstration", one.name), level=2,
            contact_name="Contact de sécurité", contact_email=f"securite@{slug}.example",
            contact_phone=f"019900{rank % 10_000:04d}",
        )  # fmt: skip
        yield RosterDomainRow(organisation=one.id, domain=f"{slug}.example")


def habilitation_id(agent: Agent, membership: Membership) -> str:
    """The id of the habilitation that a membership becomes."""
    return str(uuid5(NAMESPACE, f"habilitation:{agent.id}:{membership.organisation_code}:{membership.role}"))


def _lines(world: World) -> dict[str, tuple[str, str]]:
    """Who asked for each account and who approved it: the office's account manager, then somebody of the network."""
    managers = {
        m.organisation_code: agent.id
        for agent in reversed(world.agents)
        for m in agent.memberships
        if m.role == roles.ACCOUNT_MANAGER
    }
    approvers = [a.id for a in world.agents if any(m.role == roles.APPROVER for m in a.memberships)]
    found = {}
    for rank, agent in enumerate(world.agents):
        manager = managers.get(agent.memberships[0].organisation_code)
        if manager is not None and manager != agent.id and approvers:
            found[agent.id] = (manager, approvers[rank % len(approvers)])
    return found
