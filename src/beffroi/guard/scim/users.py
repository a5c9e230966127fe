"""The people an organisation's directory may see: its own accounts, and those it asks to admit.

Values of an account come from the vault while it holds anything here that is not closed; afterwards from what the
directory itself told: an address changed elsewhere since is not this organisation's. Another organisation's people do
not exist here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from beffroi.core.habilitation import ACCESS
from beffroi.core.ids import is_uuid
from beffroi.core.normalisation import NormalisationRefusal, email_key
from beffroi.guard import stamped
from beffroi.guard.scim.visit import Visit
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents, blind
from beffroi.guard.vault.sealing import unseal_for
from beffroi.standards.scim.documents import weak_version
from beffroi.standards.scim.faults import invalid_value
from beffroi.standards.scim.filters import Attribute, Found
from beffroi.standards.scim.users import USER, Told

LABEL: Final = "directory-entry"
EXTERNAL: Final = b"directory-id\x00"
LIVING: Final = frozenset({"invited", "active"})
_told: Final = msgspec.json.Decoder(Told)

# The account of an entry: the one it was tied to, else whoever has its address and holds something here, which is how
# somebody who was asked for comes into being without a hand that ties the two.
TIED: Final = """coalesce(e.account, (SELECT a.id FROM guard.account a
    WHERE a.email_index = e.email_index AND EXISTS (
        SELECT FROM guard.habilitation h WHERE h.account = a.id AND h.organisation = e.organisation)))"""
# Everybody the directory sees: whom it told of and did not delete (or who has access again), then the accounts that
# hold something here and that it never told of. $1 organisation, $2 now.
_EVERYBODY: Final = f"""
WITH mine AS (
    SELECT e.resource, e.removed_at, {TIED} AS tied FROM guard.directory_entry e WHERE e.organisation = $1
), held AS (
    SELECT h.account, bool_or(h.status <> 'closed') AS kept,
        bool_or(h.status IN ('probation', 'confirmed') AND h.from_at <= $2 AND $2 < h.until_at
            AND a.status IN ('invited', 'active')) AS live
    FROM guard.habilitation h JOIN guard.account a ON a.id = h.account
    WHERE h.organisation = $1 GROUP BY h.account
)
SELECT mine.resource FROM mine LEFT JOIN held ON held.account = mine.tied
WHERE mine.removed_at IS NULL OR held.live
UNION
SELECT held.account FROM held WHERE held.kept AND NOT EXISTS (SELECT FROM mine WHERE mine.tied = held.account)
ORDER BY 1
"""
# Whom an address may name here, seen or hidden. $1 organisation, $2 blind index of the address.
_BY_ADDRESS: Final = f"""
SELECT e.resource FROM guard.directory_entry e
WHERE e.organisation = $1
    AND (e.email_index = $2 OR e.account = (SELECT a.id FROM guard.account a WHERE a.email_index = $2))
UNION
SELECT a.id FROM guard.account a
WHERE a.email_index = $2
    AND EXISTS (SELECT FROM guard.habilitation h WHERE h.organisation = $1 AND h.account = a.id)
    AND NOT EXISTS (SELECT FROM guard.directory_entry e WHERE e.organisation = $1 AND {TIED} = a.id)
ORDER BY 1
"""
_ALREADY_TIED: Final = (
    f"SELECT t.tied FROM (SELECT {TIED} AS tied FROM guard.directory_entry e WHERE e.organisation = $1) t"
    " WHERE t.tied = ANY ($2::uuid[])"
)
_BY_EXTERNAL: Final = (
    "SELECT resource FROM guard.directory_entry WHERE organisation = $1 AND external_index = $2 ORDER BY 1"
)


class User(NamedTuple):
    """Somebody as the directory sees them: what it told of them, their account, what they hold here."""

    resource: str
    entry: Row | None
    account: Row | None
    held: tuple[Row, ...]
    told: Told
    active: bool

    @property
    def seen(self) -> bool:
        """Whether the directory sees them: not deleted by it, or with access again."""
        if self.entry is None:
            return any(one["status"] != "closed" for one in self.held)
        return self.active or self.entry["removed_at"] is None

    @property
    def created_at(self) -> datetime:
        """When the directory told of them, or since when they hold something here; never since when elsewhere."""
        at: datetime = min(row["from_at"] for row in self.held) if self.entry is None else self.entry["created_at"]
        return at

    @property
    def changed_at(self) -> datetime:
        """When the directory last changed something of them."""
        at: datetime = self.created_at if self.entry is None else self.entry["changed_at"]
        return at


ATTRIBUTES: Final[Mapping[str, Attribute]] = {
    "id": Attribute(lambda values: values["id"], str, case_exact=True),
    "username": Attribute(lambda values: values["userName"], str),
    "externalid": Attribute(lambda values: values["externalId"], str, case_exact=True),
    "active": Attribute(lambda values: values["active"], bool),
    "meta.lastmodified": Attribute(lambda values: values["lastModified"], datetime),
}
"""What a filter may speak of."""


def filtered_values(user: User) -> dict[str, Found]:
    """The values a filter is evaluated on."""
    return {
        "id": user.resource,
        "userName": user.told.user_name,
        "externalId": user.told.external_id,
        "active": user.active,
        # As it is shown: who asks for what changed after an instant it was given must not be given that again.
        "lastModified": user.changed_at.replace(microsecond=user.changed_at.microsecond // 1000 * 1000),
    }


def address_index(visit: Visit, user_name: str) -> UUID | None:
    """Blind index of a userName; None when it is no address."""
    index = blind.agent_email(visit.keys, user_name)
    return None if isinstance(index, NormalisationRefusal) else index


def tidy(told: Told) -> Told:
    """The same with an address that is compared as it is looked up: without a scheme or spaces around it.

    Raises ScimFault (``invalidValue``) when it is no address.
    """
    key = email_key(told.user_name)
    if isinstance(key, NormalisationRefusal):
        raise invalid_value("userName is a professional e-mail address.")
    return told if told.user_name.lower() == key else msgspec.structs.replace(told, user_name=key)


def external_index(visit: Visit, external_id: str | None) -> UUID | None:
    """Blind index of an externalId, each organisation's apart."""
    if external_id is None:
        return None
    return UUID(bytes=blind.index(visit.keys.blind, EXTERNAL, f"{visit.organisation}|{external_id}"))


async def everybody(visit: Visit) -> list[str]:
    """Ids of all whom the directory sees, in their order."""
    return _ids(await visit.conn.fetch(_EVERYBODY, visit.organisation, visit.now))


async def named(visit: Visit, pins: Mapping[str, str]) -> list[str] | None:
    """Ids that the equalities of a filter leave, by an index; None when none of them has one."""
    if "id" in pins:
        return [pins["id"]] if is_uuid(pins["id"]) else []
    if "username" in pins:
        index = address_index(visit, pins["username"])
        return [] if index is None else await by_address(visit, index)
    if "externalid" in pins:
        sought = external_index(visit, pins["externalid"])
        return _ids(await visit.conn.fetch(_BY_EXTERNAL, visit.organisation, sought))
    return None


async def by_address(visit: Visit, index: UUID) -> list[str]:
    """Ids of whom an address may name here, hidden ones included."""
    return _ids(await visit.conn.fetch(_BY_ADDRESS, visit.organisation, index))


async def load(visit: Visit, resources: Sequence[str]) -> list[User]:
    """These people of the organisation, hidden ones included, in the order given; unknown ids are left out.

    Raises Forged, SealRefused, WrappedKeyRefused.
    """
    conn, keys = visit.conn, visit.keys
    ids = [UUID(one) for one in resources]
    entries = {
        str(row["resource"]): stamped.genuine(keys, "directory_entry", row)
        for row in await conn.fetch(
            f"SELECT e.*, {TIED} AS tied FROM guard.directory_entry e"
            " WHERE e.organisation = $1 AND e.resource = ANY ($2::uuid[])",
            visit.organisation,
            ids,
        )
    }
    bare = [UUID(one) for one in resources if one not in entries]
    # An account that the directory told of has the entry's id, and no other.
    other = {row["tied"] for row in await conn.fetch(_ALREADY_TIED, visit.organisation, bare)} if bare else set()
    account_of = {
        one: entries[one]["tied"] if one in entries else UUID(one)
        for one in resources
        if one in entries or UUID(one) not in other
    }
    wanted = [one for one in account_of.values() if one is not None]
    held: dict[UUID, list[Row]] = {}
    for row in await conn.fetch(
        "SELECT * FROM guard.habilitation WHERE organisation = $1 AND account = ANY ($2::uuid[]) ORDER BY id",
        visit.organisation,
        wanted,
    ):
        held.setdefault(row["account"], []).append(stamped.genuine(keys, "habilitation", row))
    # An account without anything here and without an entry is somebody else's: it is not even read.
    ours = [one for resource, one in account_of.items() if one is not None and (one in held or resource in entries)]
    accounts = {
        row["id"]: stamped.genuine(keys, "account", row)
        for row in await conn.fetch("SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])", ours)
    }
    found: list[User] = []
    for resource, account_id in account_of.items():
        entry, account = entries.get(resource), None if account_id is None else accounts.get(account_id)
        if entry is None and account is None:
            continue
        here = tuple(held.get(account_id, ())) if account_id is not None else ()
        found.append(_user(visit, resource, entry, account, here))
    return found


async def one(visit: Visit, resource: str) -> User | None:
    """Somebody the directory sees, or None."""
    found = await load(visit, [resource])
    return found[0] if found and found[0].seen else None


def document(visit: Visit, user: User) -> dict[str, object]:
    """The resource as it is shown (RFC 7643 section 4.1)."""
    told = user.told
    resource: dict[str, object] = {"schemas": [USER], "id": user.resource}
    if told.external_id is not None:
        resource["externalId"] = told.external_id
    resource["userName"] = told.user_name
    name = {"givenName": told.given_name, "familyName": told.family_name}
    if any(name.values()):
        resource["name"] = {part: value for part, value in name.items() if value is not None}
    if told.title is not None:
        resource["title"] = told.title
    resource["active"] = user.active
    resource["meta"] = {
        "resourceType": "User", "created": _instant(user.created_at), "lastModified": _instant(user.changed_at),
        "location": f"{visit.base}/Users/{user.resource}", "version": weak_version(resource),
    }  # fmt: skip
    return resource


def version_of(resource: Mapping[str, Any]) -> str:
    """The entity tag of a resource as it is shown."""
    version: str = resource["meta"]["version"]
    return version


def _user(visit: Visit, resource: str, entry: Row | None, account: Row | None, held: tuple[Row, ...]) -> User:
    keys = visit.keys
    said = None
    if entry is not None:
        said = _told.decode(
            unseal_for(keys, entry["id"].bytes, entry["wrapped_key"], entry["epoch"], LABEL, entry["sealed"])
        )
    told = said
    if account is not None and (said is None or any(row["status"] != "closed" for row in held)):
        agent = agents.unsealed(keys, account)
        told = Told(
            agent.email.strip(), agent.first_name, agent.last_name,
            None if said is None else said.title, None if said is None else said.external_id,
        )  # fmt: skip
    assert told is not None, "an entry or an account"
    active = account is not None and account["status"] in LIVING and any(_gives(row, visit.now) for row in held)
    return User(resource, entry, account, held, told, active)


def _gives(held: Row, now: datetime) -> bool:
    """Whether a habilitation gives access now."""
    return held["status"] in ACCESS and held["from_at"] <= now < held["until_at"]


def _ids(rows: Iterable[Row]) -> list[str]:
    return [str(row["resource"]) for row in rows]


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
