"""Heads read before: the same answers as if every byte had gone through the parser, whatever comes in what pieces."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from beffroi.core.ids import ApplicationId
from beffroi.guard.applications import access_tokens
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.web import heads
from beffroi.guard.web.heads import LONGEST, REMEMBERED_SECONDS, Heads
from beffroi.guard.web.protocol import Edge, GuardProtocol
from beffroi.guard.web.requests import Answer, Call, Malformed, Tell, handler_of, json_answer
from beffroi.guard.web.routing import Router

TOKENS = AccessTokens(b"k" * 32)
TOKEN = TOKENS.issue(ApplicationId("cases"), "k1", 4e9)
SERVICES: Any = SimpleNamespace(tokens=TOKENS)


def tell_all(call: Call, tell: Tell) -> None:
    """Answers everything the door was given, so that two readings that differ in anything answer differently."""
    caller = caller_of(call)
    if call.body == b"bad":
        raise Malformed("$", "better")
    said = {
        "caller": [caller.application, caller.handle_hash.hex(), caller.client_hash.hex()]
        if isinstance(caller, Caller) else str(caller),
        "method": call.method, "path": call.path, "query": call.query.decode("latin-1"), "peer": call.peer,
        "headers": {name.decode("latin-1"): value.decode("latin-1") for name, value in call.headers.items()},
        "body": call.body.decode("latin-1"),
    }  # fmt: skip
    if call.body == b"now":
        tell(json_answer(said))
    else:
        asyncio.get_running_loop().call_soon(tell, json_answer(said))


async def other(call: Call) -> Answer:
    return json_answer({"other": call.body.decode("latin-1")})


ROUTES = {("POST", "/v1/open"): handler_of(tell_all), ("POST", "/v1/other"): other}


class Wire:
    """The transport of a connection: keeps what is written to it, and refuses nothing."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False
        self.pauses = 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("192.0.2.1", 5) if name == "peername" else default

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        self.pauses += 1

    def resume_reading(self) -> None:
        self.pauses -= 1


class Talk:
    """One connection to a server of its own."""

    def __init__(self, *, remembers: bool = True) -> None:
        self.edge = Edge(Router([ROUTES]), SERVICES)
        if not remembers:
            nothing: dict[bytes, Any] = {}
            self.edge.heads.find = nothing.get
        self.state = ServerState()
        self.wire, self.protocol = self.connect()

    def connect(self) -> tuple[Wire, GuardProtocol]:
        wire, config = Wire(), SimpleNamespace(limit_concurrency=50)
        protocol = self.edge.protocol(cast(Any, config), self.state, {})
        protocol.connection_made(cast(Any, wire))
        return wire, protocol

    async def say(self, *pieces: bytes) -> bytes:
        """Each piece arrives by itself, after what the piece before it set off; what is answered in the end."""
        for piece in pieces:
            self.protocol.data_received(piece)
            for _ in range(4):
                await asyncio.sleep(0)
        for _ in range(40):
            await asyncio.sleep(0)
        return b"".join(self.wire.written)


def request(body: bytes = b"{}", *lines: bytes, session: bytes = b"A" * 43, token: str = TOKEN) -> bytes:
    head = [
        b"POST /v1/open?q=1 HTTP/1.1", b"host: g", b"Authorization: Bearer " + token.encode(),
        b"beffroi-session: " + session, b"beffroi-client: c", *lines, b"content-length: %d" % len(body), b"", b"",
    ]  # fmt: skip
    return b"\r\n".join(head) + body


def deaf(talk: Talk) -> None:
    """From now on the parser may not be asked."""

    def refuse(data: bytes) -> None:
        raise AssertionError("the parser was asked")

    cast(Any, talk.protocol)._parser = SimpleNamespace(feed_data=refuse)


def in_loop(test: Callable[[], Awaitable[Any]]) -> Any:
    """Run on a loop of its own: hypothesis calls a test many times."""
    return asyncio.run(cast(Any, test()))


VARIANTS = [
    request(), request(b"{1}"), request(b"bad"), request(b"now"), request(b""), request(session=b"B" * 43),
    request(session=b"short"), request(token=TOKEN[:-1] + "0"), request(b"{}", b"connection: close"),
    request(b"{}", b"x: y", b"accept-language: en"), request(b"{}", b"beffroi-session: " + b"B" * 43),
    request(b"{}", b"expect: 100-continue"), request(b"{}", b"connection: upgrade", b"upgrade: h2c"),
    request().replace(b"POST /v1/open", b"POST /v1/other"), request().replace(b"POST", b"HEAD"),
    request().replace(b"HTTP/1.1", b"HTTP/1.0"),
    request().replace(b"HTTP/1.1", b"HTTP/1.0\r\nconnection: keep-alive"),
    request().replace(b"content-length: 2", b"transfer-encoding: chunked").replace(b"{}", b"2\r\n{}\r\n0\r\n\r\n"),
    request().replace(b"content-length: 2", b"transfer-encoding: chunked\r\ncontent-length: 2"),
    request().replace(b"content-length: 2", b"content-length: 02"), request().replace(b"\r\n", b"\n"),
    request().replace(b"content-length: 2", b"content-length: 2\r\ncontent-length: 2"),
    request().replace(b"content-length", b"content-length "), request().replace(b"host: g", b"host: g\r\n folded"),
    request().replace(b"host: g", b"host: g\nx: y"), request().replace(b"host: g", b"host: g\r\r\nx: y"),
    request().replace(b"host: g", b"host:g"), request().replace(b"host: g", b"HOST: g"), b"\r\n" + request(),
    request() + b"\r\n", request()[:-1], request() + b"P", request(request()), request()[:60], b"\r\n", b"\r\n\r\n",
    request(b"{}", b"x: " + b"y" * LONGEST), request().replace(b"host: g", b"host: \x00"), b"{}", b"GET",
    request(b"{}", *[b"x%d: 1" % number for number in range(70)]),
]  # fmt: skip


def damaged(sent: bytes, at: int, byte: int) -> bytes:
    """The same with one byte replaced."""
    place = at % len(sent)
    return sent[:place] + bytes([byte]) + sent[place + 1 :]


requests = st.one_of(
    st.sampled_from(VARIANTS),
    st.builds(
        damaged, st.sampled_from(VARIANTS), st.integers(0, 500), st.sampled_from(b"\r\n\t :;,0aZ\x00\x7f\x80\xff")
    ),
)


@given(
    sent=st.lists(requests, min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 2000), max_size=3),
    joined=st.booleans(),
    learnt=st.lists(requests, max_size=4),
)
@example(sent=[request(), request()[:-1], request(), request()], cuts=[], joined=False, learnt=[request()])
@example(
    sent=[request() + request(request())[: -len(request())], request(), request()], cuts=[], joined=False, learnt=[]
)
def test_caller_with_known_and_unknown_heads_in_any_pieces_is_answered_as_by_the_parser_alone(
    sent: list[bytes], cuts: list[int], joined: bool, learnt: list[bytes]
) -> None:
    sent = [*sent, *learnt, *sent[:2]]
    pieces = [b"".join(sent)] if joined else list(sent)
    for cut in cuts:
        place = cut % len(pieces)
        at = cut % (len(pieces[place]) + 1)
        pieces[place : place + 1] = [part for part in (pieces[place][:at], pieces[place][at:]) if part]

    async def both() -> None:
        told = []
        for talk in (Talk(), Talk(remembers=False)):
            for variant in (request(), request(), *learnt, *learnt):  # on other connections of the same server
                teacher = talk.wire, talk.protocol
                talk.wire, talk.protocol = talk.connect()
                await talk.say(variant)
                talk.wire, talk.protocol = teacher
            told.append((await talk.say(*pieces), talk.wire.closed, talk.wire.pauses, talk.state.total_requests))
        assert told[0] == told[1]

    in_loop(both)


async def test_caller_sends_the_same_head_again_and_the_parser_is_not_asked() -> None:
    talk = Talk()
    await talk.say(request(b"12"))
    talk.wire.written.clear()
    first = await talk.say(request(b"ab"))
    talk.wire.written.clear()
    deaf(talk)
    assert await talk.say(request(b"cd")) == first.replace(b'"ab"', b'"cd"')
    talk.wire.written.clear()
    assert (await talk.say(*[request(b"%02d" % n) for n in range(9)])).count(b"HTTP/1.1 200") == 9


async def test_caller_known_head_is_known_to_every_connection_with_the_peer_of_each() -> None:
    talk = Talk()
    await talk.say(request())
    talk.wire.written.clear()
    first = await talk.say(request())
    talk.wire, talk.protocol = talk.connect()
    deaf(talk)
    cast(Any, talk.protocol)._peer = "192.0.2.7"
    assert await talk.say(request()) == first.replace(b"192.0.2.1", b"192.0.2.7").replace(b": 357", b": 358")


async def test_attacker_begins_a_request_whose_body_is_anothers_request_and_gets_one_answer() -> None:
    talk = Talk()
    await talk.say(request(), request())
    talk.wire.written.clear()
    inner = request()
    outer = request(inner)[: -len(inner)]
    assert (await talk.say(request() + outer, inner)).count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize(
    "sent",
    [
        request(token=TOKEN[:-1] + "0"), request(session=b"short"), request(b"{}", b"expect: 100-continue"),
        request(b"{}", b"x: " + b"y" * LONGEST), request(b"{}", b"connection: close"),
        request().replace(b"POST /v1/open", b"POST /v1/other"), request() + request(), request() + b"\r\n",
    ],
    ids=["forged token", "no handle", "expect", "long", "last", "no direct route", "two", "more"],
)  # fmt: skip
async def test_caller_head_that_is_not_wholly_plain_and_genuine_is_not_remembered(sent: bytes) -> None:
    talk = Talk()
    await talk.say(sent, sent)
    assert talk.edge.heads.find(sent[: sent.index(b"\r\n\r\n") + 4]) is None
    await talk.say(request(), request())
    if not talk.wire.closed:
        assert talk.edge.heads.find(request()[:-2]) is not None


async def test_caller_token_expires_and_a_known_head_is_refused_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    talk, clock = Talk(), SimpleNamespace(time=lambda: 1e9)
    monkeypatch.setattr(access_tokens, "time", clock)
    sent = request(token=TOKENS.issue(ApplicationId("cases"), "k1", 1e9))
    assert b'"caller":["cases"' in await talk.say(sent, sent)
    talk.wire.written.clear()
    deaf(talk)
    clock.time = lambda: 1e9 + access_tokens.LIFE_SECONDS
    assert b'"caller":"token-invalid"' in await talk.say(sent)


def learn(known: Heads, sent: bytes) -> None:
    body = sent[sent.index(b"\r\n\r\n") + 4 :]
    caller = Caller(ApplicationId("cases"), b"h", b"c")
    headers = {b"content-length": b"%d" % len(body)}
    for _ in range(2):
        known.learn(sent, Call("POST", "/v1/open", b"", headers, body, "", SERVICES, (TOKEN, caller)), tell_all)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\r\n"])
def test_attacker_head_whose_lines_two_parsers_might_cut_otherwise_is_not_remembered(end: bytes) -> None:
    known = Heads()
    sent = request().replace(b"host: g\r\n", b"host: g" + end)
    learn(known, sent)
    assert known.find(sent[:-2]) is None


def test_head_that_came_once_leaves_none_of_its_bytes() -> None:
    known, caller = Heads(), Caller(ApplicationId("cases"), b"h", b"c")
    headers = {b"content-length": b"2"}
    known.learn(request(), Call("POST", "/v1/open", b"", headers, b"{}", "", SERVICES, (TOKEN, caller)), tell_all)
    assert known.find(request()[:-2]) is None
    assert not known._known
    assert known._seen == {hash(request()[:-2])}


def test_memory_of_heads_is_bounded_and_forgotten_once_in_a_tokens_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "REMEMBERED", 3)
    known = Heads()
    known.sweep(100.0)
    sent = [request(session=b"%043d" % number) for number in range(4)]
    for one in sent:
        learn(known, one)
    assert [known.find(one[:-2]) is not None for one in sent] == [False, False, False, True]
    known.sweep(100.0 + REMEMBERED_SECONDS - 1)
    assert known.find(sent[3][:-2]) is not None
    known.sweep(100.0 + REMEMBERED_SECONDS)
    assert known.find(sent[3][:-2]) is None
    assert REMEMBERED_SECONDS <= access_tokens.LIFE_SECONDS
