"""The doors of /scim/v2: token, limits, one transaction, the journal before the answer, errors as SCIM says them."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.scim import changing, reading, tokens
from beffroi.guard.scim.tokens import PER_HOUR, Token
from beffroi.guard.scim.visit import ROOT, Reply, Visit, place
from beffroi.guard.scim.words import detail
from beffroi.guard.stamped import Forged
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web.requests import NO_STORE, Answer, Call, Handler, Header, Malformed, Routes
from beffroi.standards.scim import discovery
from beffroi.standards.scim.documents import ACCEPTED, LARGEST, MEDIA_TYPE, error, has_version, read, written
from beffroi.standards.scim.faults import ScimFault, invalid_syntax

_LOG: Final = logging.getLogger("beffroi.guard.scim")
_CONTENT: Final[Header] = (b"content-type", MEDIA_TYPE.encode())
_CHALLENGE: Final[Header] = (b"www-authenticate", b'Bearer realm="beffroi-scim"')
_ID_LENGTH: Final = 36

Act = Callable[[Visit, Call], Awaitable[Reply]]


def _door(act: Act, *, writes: bool) -> Handler:
    async def handle(call: Call) -> Answer:
        try:
            if len(call.body) > LARGEST:
                raise ScimFault(413, "A body has at most 64 KiB.")
            async with call.services.pool.acquire() as conn:
                return await _serve(conn, call, act, writes)
        except ScimFault as fault:
            return _answer(call, Reply(fault.status, error(fault)))

    return handle


async def _serve(conn: Any, call: Call, act: Act, writes: bool) -> Answer:
    """One call of a token: counted, done, journaled; the answer leaves once the entry is durable (I-01)."""
    token = await tokens.presented(conn, call.services.keys, call.header(b"authorization"))
    if token is None:
        raise ScimFault(401, "The bearer token is missing, expired, revoked or unknown.")
    if token.asked > PER_HOUR:
        if token.asked == PER_HOUR + 1:  # the first is journaled, not the flood
            await _journal(conn, call, token, Reply(429, did="too-many"))
        raise ScimFault(429, f"A token asks {PER_HOUR} times an hour.")
    try:
        if writes:
            async with conn.transaction():
                await turnstile.take(conn)
                reply = await act(await _visit(conn, call, token), call)
                await append(conn, [_entry(call, token, reply, await stamped.instant(conn))])
            return _answer(call, reply)
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            reply = await act(await _visit(conn, call, token), call)
    except ScimFault as fault:
        reply = Reply(fault.status, error(fault), did="refused")
    except Malformed:
        reply = Reply(400, error(invalid_syntax("The query string cannot be read.")), did="refused")
    except (Forged, SealRefused, WrappedKeyRefused) as fault:
        table = fault.table if isinstance(fault, Forged) else "vault"
        _LOG.critical("integrity: scim: %s", table)
        reply = Reply(503, error(ScimFault(503, "A row this call needs is not genuine.")), did="integrity")
    await _journal(conn, call, token, reply)
    return _answer(call, reply)


async def _visit(conn: Any, call: Call, token: Token) -> Visit:
    services = call.services
    now = await stamped.instant(conn)
    office = await place(conn, services.keys, token.organisation, now)
    base = services.settings.public_url + ROOT
    return Visit(conn, services.keys, services.policy, token.organisation, office, now, base)


async def _journal(conn: Any, call: Call, token: Token, reply: Reply) -> None:
    async with conn.transaction():
        await turnstile.take(conn)
        await append(conn, [_entry(call, token, reply, await stamped.instant(conn))])


def _entry(call: Call, token: Token, reply: Reply, now: Any) -> Entry:
    said: dict[str, object] = {"method": call.method, "status": reply.status, "token": token.id}
    if reply.resource is not None:
        said["resource"] = reply.resource
    if reply.users:
        said["users"] = list(reply.users)
    return Entry(
        now, "scim", account=reply.account, organisation=token.organisation, explanation=reply.did,
        policy=call.services.policy.version, detail=detail(**said),
    )  # fmt: skip


def _answer(call: Call, reply: Reply) -> Answer:
    headers: list[Header] = [NO_STORE]
    if reply.version is not None:
        headers.append((b"etag", reply.version.encode()))
        if call.method in ("GET", "HEAD") and has_version(call.header(b"if-none-match"), reply.version):
            return Answer(304, tuple(headers), b"")
    if reply.location is not None and reply.status == 201:
        headers.append((b"location", reply.location.encode()))
    if reply.status == 401:
        headers.append(_CHALLENGE)
    elif reply.status == 429:
        headers.append((b"retry-after", b"600"))
    if reply.document is None:
        return Answer(reply.status, tuple(headers), b"")
    return Answer(reply.status, (_CONTENT, *headers), written(reply.document))


def _body(call: Call) -> dict[str, object]:
    kind = (call.header(b"content-type") or "").partition(";")[0].strip().lower()
    if kind not in ACCEPTED:
        raise ScimFault(415, f"A body is sent as {MEDIA_TYPE}.")
    return read(call.body)


def _id(call: Call) -> str:
    return call.path[-_ID_LENGTH:]


def _if_match(call: Call) -> str | None:
    return call.header(b"if-match")


async def _list_users(visit: Visit, call: Call) -> Reply:
    return await reading.list_users(visit, reading.query_of(call.query_fields()))


async def _search_users(visit: Visit, call: Call) -> Reply:
    return await reading.list_users(visit, reading.search_of(_body(call)))


async def _show_user(visit: Visit, call: Call) -> Reply:
    return await reading.show_user(visit, _id(call), reading.query_of(call.query_fields()))


async def _create(visit: Visit, call: Call) -> Reply:
    return await changing.create(visit, _body(call))


async def _replace(visit: Visit, call: Call) -> Reply:
    return await changing.replace(visit, _id(call), _body(call), _if_match(call))


async def _patch(visit: Visit, call: Call) -> Reply:
    return await changing.patch(visit, _id(call), _body(call), _if_match(call))


async def _delete(visit: Visit, call: Call) -> Reply:
    return await changing.delete(visit, _id(call), _if_match(call))


async def _list_groups(visit: Visit, call: Call) -> Reply:
    return await reading.list_groups(visit, reading.query_of(call.query_fields()))


async def _search_groups(visit: Visit, call: Call) -> Reply:
    return await reading.list_groups(visit, reading.search_of(_body(call)))


async def _show_group(visit: Visit, call: Call) -> Reply:
    return await reading.show_group(visit, _id(call), reading.query_of(call.query_fields()))


async def _no_group_is_written(visit: Visit, call: Call) -> Reply:
    """A group is who holds a role: it changes when people give or take the role."""
    raise ScimFault(403, "Groups are read only: roles are asked for and approved by people, never by a directory.")


async def _not_implemented(visit: Visit, call: Call) -> Reply:
    raise ScimFault(501, "Not implemented (see ServiceProviderConfig).")


async def _config(visit: Visit, call: Call) -> Reply:
    if "filter" in call.query_fields():
        raise ScimFault(403, "What the server says of itself cannot be filtered.")
    return Reply(200, discovery.config(visit.base), did="described")


_Described = Callable[[str], Mapping[str, dict[str, object]]]


def _all_of(described: _Described) -> Act:
    async def act(visit: Visit, call: Call) -> Reply:
        return reading.described(list(described(visit.base).values()), call.query_fields())

    return act


def _one_of(described: _Described, name: str) -> Act:
    async def act(visit: Visit, call: Call) -> Reply:
        return Reply(200, described(visit.base)[name], did="described")

    return act


_READS: Final[Mapping[tuple[str, str], Act]] = {
    ("GET", "/ServiceProviderConfig"): _config,
    ("GET", "/ResourceTypes"): _all_of(discovery.resource_types),
    **{
        ("GET", f"/ResourceTypes/{name}"): _one_of(discovery.resource_types, name)
        for name in discovery.resource_types("")
    },
    ("GET", "/Schemas"): _all_of(discovery.schemas),
    **{("GET", f"/Schemas/{urn}"): _one_of(discovery.schemas, urn) for urn in discovery.schemas("")},
    ("GET", "/Users"): _list_users,
    ("POST", "/Users/.search"): _search_users,
    ("GET", "/Users/{id}"): _show_user,
    ("GET", "/Groups"): _list_groups,
    ("POST", "/Groups/.search"): _search_groups,
    ("GET", "/Groups/{id}"): _show_group,
    ("POST", "/Groups"): _no_group_is_written,
    **{(method, "/Groups/{id}"): _no_group_is_written for method in ("PUT", "PATCH", "DELETE")},
    **{(method, "/Me"): _not_implemented for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
    ("POST", "/Bulk"): _not_implemented,
    ("POST", "/.search"): _not_implemented,
}
_WRITES: Final[Mapping[tuple[str, str], Act]] = {
    ("POST", "/Users"): _create,
    ("PUT", "/Users/{id}"): _replace,
    ("PATCH", "/Users/{id}"): _patch,
    ("DELETE", "/Users/{id}"): _delete,
}
ROUTES: Final[Routes] = {
    **{(method, ROOT + path): _door(act, writes=False) for (method, path), act in _READS.items()},
    **{(method, ROOT + path): _door(act, writes=True) for (method, path), act in _WRITES.items()},
}
"""Routes of SCIM."""
