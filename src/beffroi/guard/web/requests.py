"""A call as a handler sees it, and the answer it gives back. Nothing here knows ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec

if TYPE_CHECKING:
    from beffroi.guard.doors.gate import Caller
    from beffroi.guard.services import Services

Header = tuple[bytes, bytes]
JSON: Final[Header] = (b"content-type", b"application/json")
HTML: Final[Header] = (b"content-type", b"text/html; charset=utf-8")
NO_STORE: Final[Header] = (b"cache-control", b"no-store")
_MOST_FORM_FIELDS: Final = 32
ORDINARY: Final = (JSON, NO_STORE)
"""Headers of a JSON answer, never kept by a cache."""
_encoder: Final = msgspec.json.Encoder()


class Answer(NamedTuple):
    """Status, headers (lower-case names) and body. ``content-length`` is written by the server's edge."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


class Malformed(Exception):
    """A request that no handler can serve; ``where`` and ``expected`` name the field and its type, never a value."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where}: {expected}")
        self.where = where
        self.expected = expected


class Call:
    """One HTTP request, its body already read within the limit of its route.

    ``known`` is what the gate found in this very head, earlier or now: the token as it was sent, and who calls.
    """

    __slots__ = ("body", "headers", "known", "method", "path", "peer", "query", "services")

    def __init__(
        self,
        method: str,
        path: str,
        query: bytes,
        headers: Mapping[bytes, bytes],
        body: bytes,
        peer: str,
        services: "Services",
        known: "tuple[str, Caller] | None" = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
        self.services = services
        self.known = known

    def header(self, name: bytes) -> str | None:
        """Value of one header (its name in lower case), ``None`` when absent. A repeated one is refused earlier."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def query_fields(self) -> dict[str, str]:
        """The query string as fields; raises Malformed when it cannot be read or repeats a field."""
        return _fields(self.query, "query")

    def form_fields(self) -> dict[str, str]:
        """The body as ``application/x-www-form-urlencoded``; raises Malformed as :meth:`query_fields`."""
        kind = (self.header(b"content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Malformed("content-type", "application/x-www-form-urlencoded")
        return _fields(self.body, "body")

    def cookies(self) -> dict[str, str]:
        """Cookies by name (RFC 6265 section 4.2); the first of two of one name wins."""
        found: dict[str, str] = {}
        for part in (self.header(b"cookie") or "").split(";"):
            name, _, value = part.strip().partition("=")
            if name:
                found.setdefault(name, value.strip('"'))
        return found


def _fields(encoded: bytes, where: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(encoded),
            errors="strict",
            max_num_fields=_MOST_FORM_FIELDS,
        )
    except ValueError as error:
        raise Malformed(where, "URL-encoded UTF-8 fields, at most 32") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed(where, "each field once")
    return fields


Handler = Callable[[Call], Awaitable[Answer]]
Tell = Callable[[Answer], None]
Direct = Callable[[Call, Tell], None]
"""A handler that needs no task: it gives its answer to ``Tell``, once, now or later. May raise Malformed at once."""
Routes = Mapping[tuple[str, str], Handler]


def handler_of(direct: Direct) -> Handler:
    """The same handler for those who await; the server calls ``direct`` itself."""

    async def handle(call: Call) -> Answer:
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def tell(answer: Answer) -> None:
            if not waiting.done():
                waiting.set_result(answer)

        direct(call, tell)
        return await waiting

    handle.direct = direct  # type: ignore[attr-defined]
    return handle


def up_to(most: int, handler: Handler) -> Handler:
    """The same handler, for bodies of at most ``most`` bytes: more than other routes take."""

    async def handle(call: Call) -> Answer:
        return await handler(call)

    handle.body_limit = most  # type: ignore[attr-defined]
    return handle


def json_answer(value: object, status: int = 200, *headers: Header) -> Answer:
    """An answer holding ``value`` as JSON, never kept by a cache."""
    return Answer(status, (*ORDINARY, *headers) if headers else ORDINARY, _encoder.encode(value))


def redirect(location: str, *headers: Header) -> Answer:
    """303 See Other: the browser follows with GET (RFC 9110 section 15.4.4). ``location`` is already encoded."""
    return Answer(303, ((b"location", location.encode("ascii")), NO_STORE, *headers), b"")
