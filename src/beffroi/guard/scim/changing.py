"""What a directory changes: somebody new is asked for, somebody leaves, somebody is told of differently.

The caller holds the turnstile. ``active`` true only ever asks (four eyes); false and DELETE take away.
"""

from collections.abc import Mapping
from typing import Final

from beffroi.core.habilitation import Event
from beffroi.guard import admissions
from beffroi.guard.scim import entries, users
from beffroi.guard.scim.leaving import SOURCE, Left, leave
from beffroi.guard.scim.users import User
from beffroi.guard.scim.visit import Reply, Visit
from beffroi.guard.stamped import Row
from beffroi.standards.scim.documents import has_version
from beffroi.standards.scim.faults import ScimFault, ScimType
from beffroi.standards.scim.users import Asked, Told, patched, read_user

_DID: Final = {Left.NOTHING: "changed", Left.DONE: "left", Left.WAITING: "leaving-waits"}


async def create(visit: Visit, body: Mapping[str, object]) -> Reply:
    """POST: 201, ``active`` false; a manager of the organisation finds the admission in his queue."""
    asked = read_user(body)
    told = users.tidy(asked.told)
    known = await _called(visit, told)
    _refuse_twice(visit, known, told)
    # Somebody the directory deleted, or who held something here once, comes back under the same id.
    again = next((user for user in known if user.account is not None and _is_called(visit, user, told)), None)
    if again is None:
        entry = await entries.make(visit, told, account=None)
    else:
        entry = await entries.change(visit, await entries.of(visit, again), told)
    if asked.active is not False:
        await _ask(visit, entry)
    return await _shown(visit, str(entry["resource"]), 201, "asked")


async def replace(visit: Visit, resource: str, body: Mapping[str, object], if_match: str | None) -> Reply:
    """PUT."""
    user = await _current(visit, resource, if_match)
    return await _change(visit, user, read_user(body))


async def patch(visit: Visit, resource: str, body: Mapping[str, object], if_match: str | None) -> Reply:
    """PATCH: all operations or none."""
    user = await _current(visit, resource, if_match)
    return await _change(visit, user, patched(Asked(user.told, None), body))


async def delete(visit: Visit, resource: str, if_match: str | None) -> Reply:
    """DELETE: 204; past what a machine may do alone 202, and the person is still there until somebody confirms."""
    user = await _current(visit, resource, if_match)
    entry = await entries.of(visit, user)
    await admissions.withdraw(visit.conn, visit.keys, entry["id"], visit.now)
    if user.account is None:
        await entries.forget(visit.conn, visit.keys, entry, visit.now)
        return Reply(204, did="withdrawn", resource=resource)
    left = await leave(visit, user, Event.CLOSE)
    await entries.touch(visit, entry, removed_at=visit.now)
    status = 202 if left is Left.WAITING else 204
    return Reply(status, did=_DID[left], resource=resource, account=str(user.account["id"]))


async def _change(visit: Visit, user: User, asked: Asked) -> Reply:
    """What PUT and PATCH come to: attributes told, then access taken away or asked for."""
    told = asked.told
    if user.account is not None:
        # Names and address of an account were proved by a person; a directory does not rename it.
        told = Told(user.told.user_name, user.told.given_name, user.told.family_name, told.title, told.external_id)
    did: str = "unchanged"
    entry: Row | None = None
    if told != user.told:
        told = users.tidy(told)
        others = [one for one in await _called(visit, told) if one.resource != user.resource]
        _refuse_twice(visit, others, told)
        entry, did = await entries.change(visit, await entries.of(visit, user), told), "changed"
    status = 200
    if asked.active is False:
        entry = entry or await entries.of(visit, user)
        withdrawn = await admissions.withdraw(visit.conn, visit.keys, entry["id"], visit.now)
        left = await leave(visit, user, Event.SUSPEND)
        if left is not Left.NOTHING or withdrawn:
            did = "withdrawn" if left is Left.NOTHING else _DID[left]
            await entries.touch(visit, entry)
        status = 202 if left is Left.WAITING else 200
    elif asked.active and not user.active:
        await _ask(visit, entry or await entries.of(visit, user))
        did = "asked"
    return await _shown(visit, user.resource, status, did)


async def _current(visit: Visit, resource: str, if_match: str | None) -> User:
    """Somebody the directory sees, in the version it means. Raises ScimFault: 404, 412."""
    user = await users.one(visit, resource)
    if user is None:
        raise unknown()
    if if_match is not None and not has_version(if_match, users.version_of(users.document(visit, user))):
        raise ScimFault(412, "The resource has changed: read it again.")
    return user


def unknown() -> ScimFault:
    """404: another organisation's people, those deleted and those who never were are answered alike."""
    return ScimFault(404, "No such resource.")


async def _called(visit: Visit, told: Told) -> list[User]:
    """Whom the address may name here, hidden ones included."""
    index = users.address_index(visit, told.user_name)
    assert index is not None, "tidied"
    return await users.load(visit, await users.by_address(visit, index))


def _refuse_twice(visit: Visit, known: list[User], told: Told) -> None:
    """userName is unique among whom the directory sees."""
    if any(user.seen and _is_called(visit, user, told) for user in known):
        raise ScimFault(409, "Somebody of this organisation has this userName.", ScimType.UNIQUENESS)


def _is_called(visit: Visit, user: User, told: Told) -> bool:
    """Whether two userNames are one address."""
    return users.address_index(visit, user.told.user_name) == users.address_index(visit, told.user_name)


async def _ask(visit: Visit, entry: Row) -> None:
    if await admissions.ask(visit.conn, visit.keys, entry, visit.now, source=SOURCE) is None:
        raise ScimFault(429, "Too many people wait to be admitted here: a manager must take them up first.")


async def _shown(visit: Visit, resource: str, status: int, did: str) -> Reply:
    user = await users.one(visit, resource)
    assert user is not None, "just written"
    shown = users.document(visit, user)
    return Reply(
        status, shown, (resource,), did, resource, None if user.account is None else str(user.account["id"]),
        users.version_of(shown), f"{visit.base}/Users/{resource}",
    )  # fmt: skip
