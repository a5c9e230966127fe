"""The ASGI function: reads a body within its limit, finds the handler, turns every failure into a problem.

ASGI 3.0 (https://asgi.readthedocs.io/en/latest/specs/www.html). Exceptions reach nobody outside: their type and
place are logged, never a value of the request.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import NO_STORE, Answer, Call, Header, Malformed
from beffroi.guard.web.routing import BODY_LIMIT, Router
from beffroi.standards.scim import documents
from beffroi.standards.scim.faults import ScimFault

if TYPE_CHECKING:
    from beffroi.guard.services import Services

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_LOG: Final = logging.getLogger("beffroi.guard.web")
_ONCE: Final = frozenset(
    (b"authorization", b"beffroi-session", b"beffroi-client", b"content-length", b"content-type", b"host")
)
_SCIM: Final = "/scim/"
_SCIM_CONTENT: Final[Header] = (b"content-type", documents.MEDIA_TYPE.encode())
SAFE: Final[tuple[Header, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Gone(Exception):
    """The client went away before its request was whole."""


def application(router: Router, services: "Services") -> App:
    """The guard's ASGI application over these routes. Its life (pools, worker) belongs to guard.process."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await _lifespan(receive, send)
            return
        try:
            answer = await _serve(scope, receive, router, services)
        except Gone:
            return
        body = answer.body
        headers = [*answer.headers, *SAFE, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return app


async def _serve(scope: Scope, receive: Receive, router: Router, services: "Services") -> Answer:
    raw: list[Header] = scope["headers"]
    headers = dict(raw)
    tongue = headers.get(b"accept-language")
    path, method = scope["path"], scope["method"]
    if router.find(method, path) is None:
        return _no_route(router, path, tongue)
    if len(headers) != len(raw) and (twice := repeated(raw)):
        return malformed(Malformed(twice, "once"), tongue)
    announced, limit = headers.get(b"content-length"), limit_of(router, services, method, path, headers)
    if announced is not None and (not announced.isdigit() or int(announced) > limit):
        return problems.answer(Fault.TOO_LARGE, tongue)
    body = await _body(receive, limit)
    if body is None:
        return problems.answer(Fault.TOO_LARGE, tongue)
    client = scope.get("client")
    call = Call(method, path, scope["query_string"], headers, body, client[0] if client else "", services)
    return await respond(call, router)


async def respond(call: Call, router: Router) -> Answer:
    """The answer to a whole request, whatever happens: failures become problems."""
    tongue = call.headers.get(b"accept-language")
    handler = router.find(call.method, call.path)
    if handler is None:
        return _no_route(router, call.path, tongue)
    try:
        return await handler(call)
    except Malformed as error:
        return malformed(error, tongue)
    except Exception as error:
        report(call, error)
        return problems.answer(Fault.INTERNAL, tongue)


def report(call: Call, error: Exception) -> None:
    """Log where a handler failed, without any value."""
    _LOG.error("%s %s failed: %s", call.method, call.path, _where(error))


def _no_route(router: Router, path: str, tongue: bytes | None) -> Answer:
    allow = router.allowed(path)
    if path.startswith(_SCIM):
        return _no_scim_route(allow)
    if allow is None:
        return problems.answer(Fault.NOT_FOUND, tongue)
    return problems.answer(Fault.METHOD_NOT_ALLOWED, tongue, None, ((b"allow", allow.encode()),))


def _no_scim_route(allow: str | None) -> Answer:
    """The same for a directory, in the only form that its client reads (RFC 7644 section 3.12)."""
    fault = ScimFault(404, "No such resource.") if allow is None else ScimFault(405, "Method not allowed.")
    more: tuple[Header, ...] = () if allow is None else ((b"allow", allow.encode()),)
    return Answer(fault.status, (_SCIM_CONTENT, NO_STORE, *more), documents.written(documents.error(fault)))


def malformed(error: Malformed, tongue: bytes | None) -> Answer:
    """400 with the place and the expectation (RFC 9457 section 3.2: an extension member)."""
    return problems.answer(Fault.MALFORMED, tongue, {"errors": [{"field": error.where, "expected": error.expected}]})


def limit_of(router: Router, services: "Services", method: str, path: str, headers: Mapping[bytes, bytes]) -> int:
    """Bytes a body may have. A stranger gets no more memory of the guard than any route gives."""
    limit = router.body_limit(method, path)
    if limit <= BODY_LIMIT:
        return limit
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    known = scheme.lower() == b"bearer" and services.tokens.read(token.strip().decode("latin-1")) is not None
    return limit if known else BODY_LIMIT


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, ``None`` once it exceeds the limit."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= limit else None
    parts = bytearray(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts += message.get("body", b"")
        if len(parts) > limit:
            return None
    return bytes(parts)


def repeated(raw: list[Header]) -> str | None:
    """Name of a header that must come once and came twice: two identities in one request are none."""
    seen: set[bytes] = set()
    for name, _ in raw:
        if name in _ONCE:
            if name in seen:
                return name.decode()
            seen.add(name)
    return None


def _where(error: BaseException) -> str:
    """Type of an exception and the lines it crossed; its message may hold values, so it is left out."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} in {' > '.join(places[-6:])}"


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
