"""What a directory told of somebody, written down: sealed under a key of its own, found again by blind indexes."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import msgspec

from beffroi.guard import stamped
from beffroi.guard.scim.users import LABEL, User, address_index, external_index
from beffroi.guard.scim.visit import Visit
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import new_key, seal
from beffroi.standards.scim.faults import invalid_value
from beffroi.standards.scim.users import Told

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_encoder: Final = msgspec.json.Encoder(order="deterministic")
_FORGOTTEN: Final = Told("forgotten@example.invalid")


async def make(visit: Visit, told: Told, *, account: UUID | None, resource: UUID | None = None) -> Row:
    """A new entry; without ``resource`` it is known by its own id.

    Raises ScimFault for a userName that is no address.
    """
    id_ = uuid4()
    row: dict[str, Any] = {
        "id": id_, "organisation": UUID(visit.organisation), "resource": resource or id_, "account": account,
        **_content(visit, id_, told), "created_at": visit.now, "changed_at": visit.now, "removed_at": None,
        "version": 1,
    }  # fmt: skip
    await stamped.insert(visit.conn, visit.keys, "directory_entry", row)
    made: Row = await visit.conn.fetchrow("SELECT * FROM guard.directory_entry WHERE id = $1", id_)
    return made


async def change(visit: Visit, entry: Row, told: Told, *, removed_at: datetime | None = None) -> Row:
    """Replace what was told. Raises ScimFault, Forged."""
    return await stamped.amend(
        visit.conn, visit.keys, "directory_entry", entry,
        **_content(visit, entry["id"], told), changed_at=visit.now, removed_at=removed_at,
    )  # fmt: skip


async def of(visit: Visit, user: User) -> Row:
    """The entry of somebody, made, or tied to their account, when the directory first changes something of them."""
    if user.entry is not None:
        entry = {name: value for name, value in dict(user.entry).items() if name != "tied"}
        if user.account is None or entry["account"] is not None:
            return entry
        return await stamped.amend(visit.conn, visit.keys, "directory_entry", entry, account=user.account["id"])
    assert user.account is not None, "an entry or an account"
    return await make(visit, user.told, account=user.account["id"], resource=UUID(user.resource))


async def touch(visit: Visit, entry: Row, *, removed_at: datetime | None = None) -> Row:
    """Note that the directory changed something of somebody, or deleted them."""
    return await stamped.amend(
        visit.conn, visit.keys, "directory_entry", entry, changed_at=visit.now, removed_at=removed_at
    )


async def forget(conn: Any, keys: "Keys", entry: Row, now: datetime) -> None:
    """Empty what was told of somebody whom nobody admitted: no value, no index of it, no key that opened it stays.

    Raises Forged.
    """
    await stamped.amend(
        conn, keys, "directory_entry", entry, **_sealed(keys, entry["id"], _FORGOTTEN),
        email_index=uuid4(), external_index=None, changed_at=now, removed_at=now,
    )  # fmt: skip


def _content(visit: Visit, id_: UUID, told: Told) -> dict[str, Any]:
    index = address_index(visit, told.user_name)
    if index is None:
        raise invalid_value("userName is a professional e-mail address.")
    external = external_index(visit, told.external_id)
    return {"email_index": index, "external_index": external, **_sealed(visit.keys, id_, told)}


def _sealed(keys: "Keys", id_: UUID, told: Told) -> dict[str, Any]:
    own_key = new_key()
    return {
        "wrapped_key": keys.wrap(own_key, id_.bytes),
        "epoch": keys.epoch,
        "sealed": seal(own_key, id_.bytes, LABEL, _encoder.encode(told)),
    }
