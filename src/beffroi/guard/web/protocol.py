"""HTTP/1.1 straight from the parser to the handlers: one write an answer, no task where the hot path needs none.

A protocol class for uvicorn, which keeps the sockets, the signals and the graceful end; parsing is llhttp's
(httptools). ASGI costs a decision more than everything else together: a scope, a task, an event and two writes for
each request. The same routes are served by :mod:`beffroi.guard.web.app`, and tests hold both to the same answers.

Limits: 16 KiB of head, 64 headers, the route's body; a request must be whole 15 seconds after its first byte.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import httptools
from uvicorn.protocols.utils import get_remote_addr

from beffroi.guard.web import app, problems
from beffroi.guard.web.heads import HEAD_END, Head, Heads
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Direct, Header, Malformed
from beffroi.guard.web.routing import BODY_LIMIT, Router

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from beffroi.guard.services import Services

HEAD_LIMIT: Final = 16 * 1024
MOST_HEADERS: Final = 64
MOST_PIPELINED: Final = 16
REQUEST_SECONDS: Final = 15.0
IDLE_SECONDS: Final = 75.0
SWEEP_SECONDS: Final = 5.0
MOST_LARGE: Final = 16
"""Connections that may send a body larger than other routes take at the same time: so much memory, and no more."""
_REMEMBERED: Final = 512
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Request:
    """One request whose head is read; ``fault`` is why it will not reach a handler."""

    __slots__ = ("body", "fault", "headers", "keep_alive", "limit", "method", "url")

    def __init__(self, method: str, url: bytes, headers: list[Header], keep_alive: bool) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.keep_alive = keep_alive
        self.body: bytes | bytearray = b""
        self.fault: Fault | None = None
        self.limit = BODY_LIMIT

    @classmethod
    def of(cls, call: Call) -> "Request":
        """The request a call was made of."""
        request = cls(call.method, call.path.encode() + b"?" + call.query, list(call.headers.items()), True)
        request.body = call.body
        return request


class Edge:
    """What all connections of a server share: routes, services, heads of answers already written."""

    def __init__(self, router: Router, services: "Services") -> None:
        self.router = router
        self.services = services
        self.heads = Heads()
        self.openings: dict[tuple[int, tuple[Header, ...]], bytes] = {}  # good while default is uvicorn's
        self.default: list[Header] = []  # uvicorn makes a new list every second
        self.large: set[GuardProtocol] = set()
        self._connections: set[GuardProtocol] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    def protocol(
        self, config: "Config", server_state: "ServerState", app_state: dict[str, Any], _loop: Any = None
    ) -> "GuardProtocol":
        """What uvicorn calls for each connection."""
        if self._sweeping is None:
            self._sweep()
        return GuardProtocol(self, server_state, config.limit_concurrency or 1 << 30)

    def opening(self, answer: Answer, default: list[Header]) -> bytes:
        """Status line and headers of an answer up to the value of its length; ``default`` are uvicorn's, the date."""
        if default is not self.default:
            self.default = default
            self.openings.clear()
        key = answer[:2]
        known = self.openings.get(key)
        if known is None:
            lines = [b"HTTP/1.1 %d \r\n" % answer.status]
            for name, value in (*answer.headers, *app.SAFE, *default):
                if b"\r" in value or b"\n" in value:
                    raise ValueError("a header value holds a line end")
                lines.append(b"%b: %b\r\n" % (name, value))
            known = b"".join([*lines, b"content-length: "])
            if len(self.openings) >= _REMEMBERED:
                self.openings.clear()
            self.openings[key] = known
        return known

    def hold(self, connection: "GuardProtocol") -> None:
        """Watch a connection for idleness."""
        self._connections.add(connection)

    def drop(self, connection: "GuardProtocol") -> None:
        """Forget a closed connection."""
        self._connections.discard(connection)
        self.large.discard(connection)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in list(self._connections):
            connection.close_if_stale(now)
        self.heads.sweep(now)
        self._sweeping = loop.call_later(SWEEP_SECONDS, self._sweep)


class GuardProtocol(asyncio.Protocol):
    """One connection."""

    def __init__(self, edge: Edge, state: "ServerState", limit: int) -> None:
        self._edge = edge
        self._state = state
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._known = edge.heads.find
        self._between = True  # the parser stands at the start of a message, and nothing forbids another one
        self._called: tuple[Call, Direct] | None = None
        self._url = b""
        self._headers: list[Header] = []
        self._head_bytes = 0
        self._in_head = True
        self._request: Request | None = None
        self._waiting: deque[Request] = deque()
        self._busy = False
        self._bodiless = False
        self._last = False
        self._since = self._loop.time()
        self._partial = False
        self._closing = False
        self._peer = ""

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; past the limit it is refused at once, before anything it sends is read."""
        socket: Any = transport
        self._transport = socket
        peer = get_remote_addr(socket)
        self._peer = peer[0] if peer else ""
        connections: set[Any] = self._state.connections
        connections.add(self)
        self._edge.hold(self)
        if len(connections) > self._limit:
            self._fail(Fault.OVERLOADED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it; what is being decided is decided and journaled all the same."""
        connections: set[Any] = self._state.connections
        connections.discard(self)
        self._edge.drop(self)
        self._waiting.clear()
        self._closing = True

    def data_received(self, data: bytes) -> None:
        """A request like one before, or bytes for the parser; what is not HTTP is answered 400 and cut off."""
        if self._closing:
            return
        between = self._between
        if between:
            end = data.find(HEAD_END) + 4
            head = self._known(data[:end])
            if head is not None and len(data) - end == head.length:
                self._again(head, data[end:])
                return
            self._called = None
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT + BODY_LIMIT:
                self._fail(Fault.TOO_LARGE)
                return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(Fault.MALFORMED)
            return
        if self._in_head and self._head_bytes > HEAD_LIMIT:
            self._fail(Fault.TOO_LARGE)
        elif between and self._between and self._called is not None:
            self._edge.heads.learn(data, *self._called)

    def eof_received(self) -> None:
        """The client has said all it had to say."""

    def shutdown(self) -> None:
        """Called by uvicorn at the end: finish what is under way, then close."""
        if self._busy:
            self._last = True
            self._waiting.clear()
        else:
            self._closing = True
            self._transport.close()

    def close_if_stale(self, now: float) -> None:
        """Close a connection that is idle, or sends its request too slowly."""
        if not self._busy and now - self._since > (REQUEST_SECONDS if self._partial else IDLE_SECONDS):
            self._closing = True
            self._transport.close()

    # httptools

    def on_message_begin(self) -> None:
        """The first byte of a new request."""
        self._between = False
        self._partial, self._since = True, self._loop.time()
        self._url, self._headers, self._in_head = b"", [], True

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; what comes after a chunked body is not one (RFC 9110 section 6.5.1), and is left out."""
        if self._in_head:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole: judge its size before the body comes."""
        parser = self._parser
        request = Request(parser.get_method().decode("ascii"), self._url, self._headers, parser.should_keep_alive())
        self._in_head, self._head_bytes, self._request = False, 0, request
        if len(self._headers) > MOST_HEADERS or len(self._url) > HEAD_LIMIT:
            request.fault = Fault.TOO_LARGE
        else:
            self._make_room(request)
        for name, value in self._headers:
            if name == b"content-length" and int(value) > request.limit and request.fault is None:
                request.fault = Fault.TOO_LARGE
            elif name == b"expect" and value.lower() == b"100-continue" and request.fault is None:
                self._transport.write(_CONTINUE)

    def _make_room(self, request: Request) -> None:
        """Let a large body in where its route takes one: one of a connection, as long as there is room."""
        path, edge = request.url.partition(b"?")[0].decode("latin-1"), self._edge
        limit = app.limit_of(edge.router, edge.services, request.method, path, dict(request.headers))
        if limit <= BODY_LIMIT:
            return
        if self in edge.large or len(edge.large) >= MOST_LARGE:
            request.fault = Fault.OVERLOADED
            return
        edge.large.add(self)
        request.limit = limit

    def _receives_large(self) -> bool:
        """Whether a large body is still to be answered behind what is answered now."""
        coming = self._request
        return (coming is not None and coming.limit > BODY_LIMIT) or any(
            request.limit > BODY_LIMIT for request in self._waiting
        )

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        request = self._request
        if request is None or request.fault is not None:
            return
        if not request.body:
            request.body = body
        else:
            request.body = bytearray(request.body) if isinstance(request.body, bytes) else request.body
            request.body += body
        if len(request.body) > request.limit:
            request.fault, request.body = Fault.TOO_LARGE, b""

    def on_message_complete(self) -> None:
        """The request is whole: answer it, or let it wait behind the one before."""
        request, self._request = self._request, None
        assert request is not None, "a message has a head"
        self._partial, self._in_head, self._head_bytes = False, True, 0
        self._between = request.keep_alive and request.fault is None
        if self._busy:
            self._wait(request)
        else:
            self._start(request)

    # Answers

    def _wait(self, request: Request) -> None:
        """Keep a request until the ones before it are answered (RFC 9112 section 9.3.2)."""
        self._waiting.append(request)
        if len(self._waiting) >= MOST_PIPELINED:
            self._transport.pause_reading()

    def _again(self, head: Head, body: bytes) -> None:
        """A request whose head was read before."""
        call = Call(
            head.method, head.path, head.query, head.headers, body, self._peer, self._edge.services, head.known
        )
        if self._busy:
            self._wait(Request.of(call))
            return
        self._busy, self._bodiless = True, False
        self._ask(call, head.direct)

    def _start(self, request: Request) -> None:
        self._busy, self._bodiless = True, request.method == "HEAD"
        if not request.keep_alive:
            self._last = True
        headers = dict(request.headers)
        tongue = headers.get(b"accept-language")
        if request.fault is not None:
            self._last = True
            self._answer(problems.answer(request.fault, tongue))
            return
        if len(headers) != len(request.headers) and (repeated := app.repeated(request.headers)):
            self._answer(app.malformed(Malformed(repeated, "once"), tongue))
            return
        target, _, query = request.url.partition(b"?")
        edge = self._edge
        try:
            path = target.decode("ascii")
        except UnicodeDecodeError:
            path = ""
        call = Call(request.method, path, query, headers, bytes(request.body), self._peer, edge.services)
        direct = edge.router.direct(request.method, path)
        if direct is None:
            task: asyncio.Task[Any] = self._loop.create_task(app.respond(call, edge.router))
            self._state.tasks.add(task)
            task.add_done_callback(self._told)
            return
        self._called = call, direct
        self._ask(call, direct)

    def _ask(self, call: Call, direct: Direct) -> None:
        try:
            direct(call, self._answer)
        except Malformed as error:
            self._answer(app.malformed(error, call.headers.get(b"accept-language")))
        except Exception as error:
            app.report(call, error)
            self._answer(problems.reply(call, Fault.INTERNAL))

    def _told(self, task: "asyncio.Task[Answer]") -> None:
        self._state.tasks.discard(task)
        if task.cancelled():
            self._closing = True
            self._transport.close()
            return
        self._answer(task.result())

    def _answer(self, answer: Answer) -> None:
        """Write one answer in one piece, then take the next request of the connection."""
        if not self._busy:
            return
        self._busy, self._called = False, None
        if self._edge.large and not self._receives_large():
            self._edge.large.discard(self)
        state, transport = self._state, self._transport
        state.total_requests += 1
        if self._closing or transport.is_closing():
            return
        self._since = self._loop.time()
        body = answer.body
        edge, default = self._edge, state.default_headers
        opening = edge.openings.get(answer[:2]) if default is edge.default else None
        if opening is None:
            opening = edge.opening(answer, default)
        end = b"\r\nconnection: close\r\n\r\n" if self._last else HEAD_END
        transport.write(b"%b%d%b%b" % (opening, len(body), end, b"" if self._bodiless else body))
        if self._last:
            self._closing = True
            transport.close()
        elif self._waiting:
            following = self._waiting.popleft()
            if len(self._waiting) == MOST_PIPELINED - 1:
                transport.resume_reading()
            self._loop.call_soon(self._start, following)
            self._busy = True

    def _fail(self, fault: Fault) -> None:
        """Answer what cannot be read, and close."""
        self._request = None
        if not self._busy:
            self._busy, self._last, self._bodiless = True, True, False
            self._answer(problems.answer(fault, None))
        self._closing = True
        self._transport.close()
