"""The memberships an agent may act under: habilitations that give access now, each at one organisation."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.duty import NETWORK
from beffroi.core.facts import HabilitationFacts
from beffroi.core.ids import AccountId, ApplicationId, HabilitationId, OrganisationId, ProviderId, RoleCode
from beffroi.core.policy import Level
from beffroi.core.providers import Place, provider_id, serves
from beffroi.guard import stamped
from beffroi.guard.habilitations.applications import served
from beffroi.guard.providers.holding import accepted

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

HELD: Final = """
SELECT h.id, h.account, h.organisation, h.role, h.status, h.from_at, h.until_at, h.version, h.mac
FROM guard.habilitation h
WHERE h.account = $1 AND h.status IN ('probation', 'confirmed') AND h.from_at <= $2 AND $2 < h.until_at
ORDER BY h.id
"""


AWAITED: Final = """
SELECT * FROM guard.habilitation
WHERE account = $1 AND status IN ('approved', 'enrolled', 'trained', 'probation', 'confirmed') AND $2 < until_at
"""
"""Habilitations in force and those that will be: a second factor is enrolled before anything is in force."""


_PERSON: Final = "SELECT * FROM guard.account WHERE id = $1"


class Membership(NamedTuple):
    """A habilitation and the public facts of its organisation."""

    habilitation: HabilitationId
    organisation: OrganisationId
    organisation_code: str
    organisation_name: str
    organisation_kind: str
    role: RoleCode
    status: str
    applications: tuple[ApplicationId, ...]


def held_facts(row: stamped.Row) -> HabilitationFacts:
    """A genuine row of guard.habilitation as the law reads it, its applications apart."""
    return HabilitationFacts(
        HabilitationId(str(row["id"])),
        AccountId(str(row["account"])),
        OrganisationId(str(row["organisation"])),
        RoleCode(row["role"]),
        row["status"],
        row["from_at"],
        row["until_at"],
        (),
    )


async def memberships(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, now: datetime
) -> list[Membership]:
    """Memberships live at ``now``, by name of organisation, whatever the application.

    Raises Forged: a forged habilitation gives nothing, nor one with a forged application.
    Left out are those at an organisation that does not accept the provider through which the account is bound.
    """
    held = [stamped.genuine(keys, "habilitation", row) for row in await conn.fetch(HELD, account, now)]
    organisations = {
        row["id"]: stamped.genuine(keys, "organisation", row)
        for row in await conn.fetch(
            "SELECT * FROM guard.organisation WHERE id = ANY ($1::uuid[])", [row["organisation"] for row in held]
        )
    }
    partners = [place for place, row in organisations.items() if row["kind"] != NETWORK]
    if partners:
        person = stamped.genuine(keys, "account", await conn.fetchrow(_PERSON, account))
        known = await accepted(conn, keys, partners)
        held = [row for row in held if _served(person, organisations[row["organisation"]], known)]
    applications = await served(conn, keys, [row["id"] for row in held])
    found = [
        Membership(
            HabilitationId(str(row["id"])),
            OrganisationId(str(row["organisation"])),
            organisations[row["organisation"]]["code"],
            organisations[row["organisation"]]["name"],
            organisations[row["organisation"]]["kind"],
            RoleCode(row["role"]),
            row["status"],
            applications.get(HabilitationId(str(row["id"])), ()),
        )
        for row in held
    ]
    return sorted(found, key=lambda membership: (membership.organisation_name, membership.role))


async def memberships_in(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, application: str, now: datetime
) -> list[Membership]:
    """Those under which a session of this application may act; as :func:`memberships` for the rest."""
    return [one for one in await memberships(conn, keys, account, now) if application in one.applications]


def _served(person: stamped.Row, office: stamped.Row, known: Mapping[OrganisationId, frozenset[ProviderId]]) -> bool:
    organisation = OrganisationId(str(office["id"]))
    place = Place(organisation, office["kind"] == NETWORK, known.get(organisation, frozenset()))
    return serves(None if person["idp_id"] is None else provider_id(person["idp_id"]), place)


_DEMANDED: Final = "SELECT * FROM guard.contract WHERE id = $1"


async def demanded(conn: "asyncpg.Connection", keys: "Keys", organisation: OrganisationId) -> Level:
    """The assurance that the organisation's contract demands of a session before it acts there. Raises Forged."""
    row = await conn.fetchrow(_DEMANDED, organisation)
    return Level.NONE if row is None else Level(stamped.genuine(keys, "contract", row)["level"])


async def roles(conn: "asyncpg.Connection", keys: "Keys", account: AccountId, now: datetime) -> list[RoleCode]:
    """Roles an account holds or will hold, each once, sorted. Raises Forged."""
    rows = [stamped.genuine(keys, "habilitation", row) for row in await conn.fetch(AWAITED, account, now)]
    return sorted({RoleCode(row["role"]) for row in rows})
