"""The ASGI edge: routes, limits, repeated headers, handlers that fail."""

import asyncio
import logging
from typing import Any, cast

import msgspec
import pytest

from beffroi.guard.services import Services
from beffroi.guard.web.app import application
from beffroi.guard.web.requests import Answer, Call, Malformed, json_answer, redirect
from beffroi.guard.web.routing import BODY_LIMIT, Router


async def echo(call: Call) -> Answer:
    return json_answer({"length": len(call.body), "query": call.query_fields(), "cookies": call.cookies()})


async def refuse(call: Call) -> Answer:
    raise Malformed("body.person", "a UUID")


async def break_down(call: Call) -> Answer:
    raise RuntimeError("Camille Rousseau")


ROUTER = Router(
    [{("GET", "/echo"): echo, ("POST", "/echo"): echo}, {("GET", "/refuse"): refuse, ("GET", "/broken"): break_down}]
)
APP = application(ROUTER, cast(Services, None))


async def ask(
    method: str, path: str, *, parts: list[bytes] | None = None, headers: list[tuple[bytes, bytes]] | None = None
) -> tuple[int, dict[bytes, bytes], bytes]:
    waiting = list(parts or [b""])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    target, _, query = path.partition("?")
    scope = {
        "type": "http", "method": method, "path": target, "query_string": query.encode(),
        "headers": headers or [], "client": ("192.0.2.1", 5),
    }  # fmt: skip
    await asyncio.wait_for(APP(scope, receive, send), 5)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


async def test_caller_known_route_gets_its_answer_with_safe_headers() -> None:
    status, headers, body = await ask("POST", "/echo?a=1", parts=[b"ab", b"cd"])
    assert status == 200
    assert msgspec.json.decode(body) == {"length": 4, "query": {"a": "1"}, "cookies": {}}
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"content-length"] == str(len(body)).encode()


async def test_caller_head_gets_the_headers_of_get_without_its_body() -> None:
    _, of_get, _ = await ask("GET", "/echo")
    status, headers, body = await ask("HEAD", "/echo")
    assert (status, body, headers) == (200, b"", of_get)


async def test_caller_unknown_path_gets_404_and_unknown_method_405_with_allow() -> None:
    assert (await ask("GET", "/nowhere"))[0] == 404
    status, headers, _ = await ask("DELETE", "/echo")
    assert status == 405
    assert headers[b"allow"] == b"GET, HEAD, POST"


@pytest.mark.parametrize(
    ("parts", "status"),
    [([b"x" * BODY_LIMIT], 200), ([b"x" * (BODY_LIMIT + 1)], 413), ([b"x" * BODY_LIMIT, b"y"], 413)],
)
async def test_caller_body_beyond_the_limit_is_refused(parts: list[bytes], status: int) -> None:
    assert (await ask("POST", "/echo", parts=parts))[0] == status


async def test_caller_announcing_too_much_is_refused_before_the_body_is_read() -> None:
    assert (await ask("POST", "/echo", headers=[(b"content-length", b"999999999")]))[0] == 413


async def test_caller_two_identities_in_one_request_is_refused() -> None:
    twice = [(b"beffroi-session", b"a"), (b"beffroi-session", b"b")]
    status, _, body = await ask("POST", "/echo", headers=twice)
    assert status == 400
    assert msgspec.json.decode(body)["errors"] == [{"field": "beffroi-session", "expected": "once"}]
    other = [(b"accept", b"a"), (b"accept", b"b")]
    assert (await ask("POST", "/echo", headers=other))[0] == 200


async def test_caller_malformed_request_learns_where_and_what_was_expected() -> None:
    status, headers, body = await ask("GET", "/refuse")
    assert status == 400
    assert headers[b"content-type"] == b"application/problem+json"
    assert msgspec.json.decode(body)["errors"] == [{"field": "body.person", "expected": "a UUID"}]


async def test_handler_that_fails_tells_the_caller_nothing_and_logs_no_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        status, _, body = await ask("GET", "/broken")
    assert status == 500
    assert b"Rousseau" not in body
    assert "RuntimeError" in caplog.text
    assert "Rousseau" not in caplog.text


@pytest.mark.parametrize("query", ["a=1&a=2", "a=%ff", "&".join(f"f{n}=1" for n in range(40)), "nonsense"])
async def test_caller_query_that_cannot_be_read_one_way_is_refused(query: str) -> None:
    assert (await ask("GET", f"/echo?{query}"))[0] == 400


def test_router_two_areas_claiming_one_route_refuse_to_start() -> None:
    with pytest.raises(ValueError, match="GET /echo"):
        Router([{("GET", "/echo"): echo}, {("GET", "/echo"): refuse}])


ONE = "00000000-0000-4000-8000-000000000001"


async def by_id(call: Call) -> Answer:
    return json_answer({"id": call.path[-36:]})


def test_router_serves_a_last_segment_that_is_a_uuid_and_no_other() -> None:
    router = Router([{("GET", "/things/{id}"): by_id, ("PUT", "/things/{id}"): by_id, ("GET", "/things"): echo}])
    assert router.find("GET", f"/things/{ONE}") is by_id
    assert router.find("HEAD", f"/things/{ONE}") is by_id
    assert router.find("DELETE", f"/things/{ONE}") is None
    assert router.allowed(f"/things/{ONE}") == "GET, HEAD, PUT"
    for path in (
        "/things/", "/things/{id}", "/things/1", f"/things/{ONE}/", f"/things/x{ONE}", f"/things//{ONE}",
        f"/things/{ONE.replace('0', 'A')}", f"/things/{ONE}\n", f"/{ONE}", ONE, f"/other/{ONE}",
        f"/things/{ONE}/{ONE}",
    ):  # fmt: skip
        assert router.find("GET", path) is None, path
        assert router.allowed(path) is None, path


def test_router_exact_path_wins_over_one_with_an_id() -> None:
    router = Router([{("GET", "/things/{id}"): by_id, ("GET", f"/things/{ONE}"): echo}])
    assert router.find("GET", f"/things/{ONE}") is echo


def test_router_direct_handler_is_never_found_by_an_id() -> None:
    async def direct(call: Call) -> Answer:
        return json_answer({})

    direct.direct = lambda call, tell: None  # type: ignore[attr-defined]
    router = Router([{("GET", "/things/{id}"): direct}])
    assert router.direct("GET", f"/things/{ONE}") is None
    assert router.direct("GET", "/things/{id}") is None


@pytest.mark.parametrize("path", ["/{id}/things", "/things{id}", "/things/{id}/{id}", "/a-{id}"])
def test_router_id_elsewhere_than_as_the_last_segment_refuses_to_start(path: str) -> None:
    with pytest.raises(ValueError, match="last segment"):
        Router([{("GET", path): by_id}])


async def test_directory_unknown_path_or_method_is_answered_as_scim_says() -> None:
    status, headers, body = await ask("GET", "/scim/v2/Nowhere")
    assert status == 404
    assert headers[b"content-type"] == b"application/scim+json"
    assert msgspec.json.decode(body)["status"] == "404"


def test_redirect_makes_the_browser_follow_with_get() -> None:
    assert redirect("https://console.example/back?code=x").status == 303
