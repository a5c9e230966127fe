"""The little of HTTP that the provider needs over ASGI, with a limit on everything that comes in."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

MAX_QUERY_BYTES: Final = 16_384
MAX_BODY_BYTES: Final = 65_536
MAX_FIELDS: Final = 32

# The three types of the ASGI 3.0 specification, which are open dictionaries by definition.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Refused(Exception):
    """The request cannot be served; ``sentence`` is shown to the person as it stands."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def fields(self, text: str) -> dict[str, str]:
        """The fields in ``text``; raises ``Refused`` for a repeated, unreadable or superfluous one."""
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        except ValueError as error:
            raise Refused(400, "Cette demande est illisible.") from error
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused(400, "Un paramètre est répété dans cette demande.")
        return found

    @property
    def parameters(self) -> dict[str, str]:
        return self.fields(self.query)

    @property
    def form(self) -> dict[str, str]:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return {}
        return self.fields(self.body.decode("utf-8", "replace"))

    def cookie(self, name: str) -> str:
        try:
            morsel = SimpleCookie(self.headers.get("cookie", "")).get(name)
        except CookieError:
            return ""
        return morsel.value if morsel is not None else ""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def with_header(self, name: str, value: str) -> "Response":
        return Response(self.status, self.body, (*self.headers, (name, value)))


async def read_request(scope: Scope, receive: Receive) -> Request:
    """The whole request; raises ``Refused`` past 16 KiB of query or 64 KiB of body."""
    query: bytes = scope["query_string"]
    if len(query) > MAX_QUERY_BYTES:
        raise Refused(414, "Cette adresse est trop longue.")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413, "Cette demande est trop longue.")
    return Request(scope["method"], scope["path"], query.decode("latin-1"), headers, body)


async def send_response(send: Send, response: Response) -> None:
    common = (
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("content-length", str(len(response.body))),
    )
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*response.headers, *common)]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
