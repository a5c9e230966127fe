"""The HTTP edge on real sockets: the same answers as the ASGI application, limits, pipelining, garbage."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from uvicorn.server import ServerState

from beffroi.guard.services import Services
from beffroi.guard.web import protocol
from beffroi.guard.web.protocol import HEAD_LIMIT, Edge
from beffroi.guard.web.requests import Answer, Call, Malformed, Tell, handler_of, json_answer
from beffroi.guard.web.routing import BODY_LIMIT, Router
from tests.guard.web.test_app import ask, break_down, echo, refuse


def at_once(call: Call, tell: Tell) -> None:
    if call.body == b"bad":
        raise Malformed("$", "better")
    if call.body == b"broken":
        raise RuntimeError("Camille Rousseau")
    asyncio.get_running_loop().call_soon(tell, json_answer({"length": len(call.body)}))


async def slow(call: Call) -> Answer:
    await asyncio.sleep(0)
    return json_answer({"slow": True})


async def seen(call: Call) -> Answer:
    return json_answer({name: call.header(name.encode()) for name in ("authorization", "x-forwarded-for")})


ROUTES = {
    ("GET", "/echo"): echo, ("POST", "/echo"): echo, ("GET", "/refuse"): refuse, ("GET", "/broken"): break_down,
    ("POST", "/direct"): handler_of(at_once), ("GET", "/slow"): slow,
    ("POST", "/seen"): seen,
}  # fmt: skip


@pytest.fixture
async def port() -> AsyncIterator[int]:
    edge, state = Edge(Router([ROUTES]), cast(Services, None)), ServerState()
    config: Any = SimpleNamespace(limit_concurrency=50)
    server = await asyncio.get_running_loop().create_server(lambda: edge.protocol(config, state, {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def talk(port: int, sent: bytes) -> bytes:
    """Send everything, say no more, read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


def request(method: str, path: str, body: bytes = b"", *headers: str, close: bool = True) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: g", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, *(["connection: close"] if close else []), "", ""]).encode() + body


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/echo?a=1"), ("HEAD", "/echo"), ("GET", "/nowhere"), ("DELETE", "/echo"), ("GET", "/refuse"),
     ("GET", "/broken"), ("GET", "/echo?nonsense"), ("GET", "/slow")],
)  # fmt: skip
async def test_caller_gets_over_the_socket_what_the_asgi_application_answers(
    port: int, method: str, path: str
) -> None:
    if path == "/slow":
        assert b'{"slow":true}' in await talk(port, request(method, path))
        return
    status, headers, body = await ask(method, path)
    head, _, told = (await talk(port, request(method, path))).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0].split()[1] == str(status).encode()
    assert told == body
    assert {tuple(line.split(b": ", 1)) for line in lines[1:]} == {*headers.items(), (b"connection", b"close")}


@pytest.mark.parametrize(
    ("body", "status"), [(b"good", b"200"), (b"bad", b"400"), (b"broken", b"500"), (b"x" * (BODY_LIMIT + 1), b"413")]
)
async def test_direct_handler_is_answered_and_its_failures_tell_nothing(
    port: int, body: bytes, status: bytes
) -> None:
    answer = await talk(port, request("POST", "/direct", body))
    assert answer.split()[1] == status
    assert b"Rousseau" not in answer


async def test_caller_pipelines_and_is_answered_in_order(port: int) -> None:
    sent = request("GET", "/slow", close=False) + request("POST", "/direct", b"ab", close=False)
    answer = await talk(port, sent + request("GET", "/echo"))
    assert answer.index(b'"slow"') < answer.index(b'{"length":2}') < answer.index(b'"cookies"')
    assert answer.count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40, b"400"),
        (b"GET /echo HTTP/1.1\r\nhost: g\r\nx: " + b"a" * (HEAD_LIMIT + 10) + b"\r\n", b"413"),
        (b"POST /echo HTTP/1.1\r\nhost: g\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", b"400"),
        (request("GET", "/echo", b"", *[f"x-{n}: 1" for n in range(80)]), b"413"),
    ],
)
async def test_attacker_sends_what_is_no_request_is_refused_and_cut(port: int, sent: bytes, status: bytes) -> None:
    assert (await talk(port, sent)).split()[1] == status


async def test_attacker_asks_for_a_tunnel_is_cut_without_a_word(port: int) -> None:
    assert await talk(port, b"CONNECT a:1 HTTP/1.1\r\nhost: g\r\n\r\n") == b""


async def test_attacker_adds_headers_after_the_body_and_they_count_for_nothing(port: int) -> None:
    head = b"POST /seen HTTP/1.1\r\nhost: g\r\nx-forwarded-for: 192.0.2.1\r\ntransfer-encoding: chunked\r\n"
    trailer = b"x-forwarded-for: 198.51.100.7\r\nauthorization: Bearer other\r\n"
    answer = await talk(port, head + b"connection: close\r\n\r\n0\r\n" + trailer + b"\r\n")
    assert answer.endswith(b'{"authorization":null,"x-forwarded-for":"192.0.2.1"}')


async def test_caller_chunked_body_is_bounded_too(port: int) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = b"POST /direct HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    assert (await talk(port, head + chunk * 2 + b"0\r\n\r\n")).split()[1] == b"200"
    assert (await talk(port, head + chunk * 5 + b"0\r\n\r\n")).split()[1] == b"413"


async def connected(port: int, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has said only this."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    return reader, writer


async def ends(reader: asyncio.StreamReader) -> bytes:
    """What the server still says before it closes."""
    return await asyncio.wait_for(reader.read(), 10)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of time in tenths of a second."""
    for name, seconds in (("REQUEST_SECONDS", 0.3), ("IDLE_SECONDS", 1.2), ("SWEEP_SECONDS", 0.05)):
        monkeypatch.setattr(protocol, name, seconds)


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /direct HTTP/1.1\r\nhost: g\r\ncontent-le",
        b"POST /direct HTTP/1.1\r\nhost: g\r\ncontent-length: 9\r\n\r\nbeg",
        b"POST /direct HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbe",
        b"P",
    ],
    ids=["head", "body", "chunk", "first letter"],
)
async def test_caller_too_slow_with_a_request_is_cut_off_and_others_are_answered(
    hurried: None, port: int, sent: bytes
) -> None:
    reader, writer = await connected(port, sent)
    assert b"200" in await talk(port, request("GET", "/echo"))
    assert await ends(reader) == b""
    writer.close()


async def test_caller_too_slow_with_a_request_begun_in_the_same_breath_as_one_before_is_cut_off(
    hurried: None, port: int
) -> None:
    reader, writer = await connected(port, request("GET", "/slow", close=False) + b"POST /direct HTTP/1.1\r\n")
    began = asyncio.get_running_loop().time()
    assert (await ends(reader)).endswith(b'{"slow":true}')
    assert asyncio.get_running_loop().time() - began < 1.0  # an idle connection would be kept for 1.2
    writer.close()


async def test_caller_who_drips_a_request_byte_by_byte_gains_no_time(hurried: None, port: int) -> None:
    reader, writer = await connected(port, b"POST /direct HTTP/1.1\r\n")
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def drip() -> None:
        while not writer.is_closing():
            writer.write(b"x-a: b\r\n")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    with contextlib.suppress(ConnectionResetError):
        assert await ends(reader) == b""
    dripping.cancel()
    assert loop.time() - began < 1.2
    writer.close()


async def test_caller_idle_after_an_answer_is_kept_for_a_while_then_let_go(hurried: None, port: int) -> None:
    reader, writer = await connected(port, request("GET", "/slow", close=False))
    assert b"200" in await asyncio.wait_for(reader.readuntil(b'{"slow":true}'), 10)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await ends(reader) == b""
    assert loop.time() - began > 0.6  # longer than a request may take: an idle connection is not a slow one
    writer.close()


async def test_caller_who_connects_and_says_nothing_is_let_go(hurried: None, port: int) -> None:
    reader, writer = await connected(port, b"")
    assert await ends(reader) == b""
    writer.close()


async def test_attacker_opens_more_connections_than_the_limit_each_beyond_is_cut_before_it_asks(port: int) -> None:
    held = [await connected(port, b"GET") for _ in range(50)]
    reader, writer = await connected(port, b"")
    answer = await ends(reader)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"overloaded" in answer
    writer.close()
    for _, other in held:
        other.write(b" /echo HTTP/1.1\r\nhost: g\r\nconnection: close\r\n\r\n")
    answers = await asyncio.gather(*[ends(reader) for reader, _ in held])
    assert {answer[:13] for answer in answers} == {b"HTTP/1.1 200 "}
    for _, other in held:
        other.close()
