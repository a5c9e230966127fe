"""A guard that is down, slow to say something sensible, or not a guard at all: one exception, nothing leaked."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from beffroi.client import ApplicationKey, AsyncGuard, Guard, GuardUnavailable, Refused, Speaker, calls
from beffroi.core.identifying import Identifying

KEY = ApplicationKey("console", ECKey.generate_key("P-256", {"kid": "k"}))
SPEAKER = Speaker(Identifying("handle"), "client")
TOKEN = json.dumps({"access_token": "token", "token_type": "Bearer", "expires_in": 300}).encode()


class Impostor:
    """An HTTP server that answers the token endpoint well and everything else as told."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"", {}  # type: ignore[var-annotated]
        self.token: tuple[int, bytes] = (200, TOKEN)
        impostor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self._answer(impostor.token if self.path == "/v1/token" else (impostor.status, impostor.body))

            def do_GET(self) -> None:
                self._answer((impostor.status, impostor.body))

            def _answer(self, answer: tuple[int, bytes]) -> None:
                self.send_response(answer[0])
                for name, value in impostor.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def ask(self, way: str) -> Any:
        """One call of a fresh client."""

        async def once() -> Any:
            async with AsyncGuard(self.url, KEY) as guard:
                return await guard.ask(calls.session(), SPEAKER)

        if way == "asyncio":
            return asyncio.run(once())
        with Guard(self.url, KEY) as guard:
            return guard.ask(calls.session(), SPEAKER)


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    made = Impostor()
    threading.Thread(target=made.server.serve_forever, args=(0.01,), daemon=True).start()  # seconds until it stops
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("way", ["threads", "asyncio"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Delaunay</html>"),
        (200, b""),
        (200, b"[]"),
        (200, b'"Delaunay"'),
        (200, b"\xff\xfe"),
        (200, b'{"session":"Delaunay"}'),
        (200, b'{"session":1,"account":2,"agent":{"display_name":"Delaunay"}}'),
        (302, b""),
        (404, b"Delaunay"),
        (403, b'{"code":"not-followed"}'),
        (403, b'{"title":"Delaunay"}'),
        (500, b'{"code":"internal","title":"t","status":500,"detail":"d"}'),
        (502, b"Bad gateway"),
        (503, b'{"code":"unavailable","title":"t","status":503,"detail":"d"}'),
        (503, b'{"code":"overloaded","title":"t","status":503,"detail":"d"}'),
    ],
)
def test_answer_that_is_none_repeats_nothing(impostor: Impostor, way: str, status: int, body: bytes) -> None:
    impostor.status, impostor.body = status, body
    with pytest.raises(GuardUnavailable) as raised:
        impostor.ask(way)
    error: BaseException | None = raised.value
    while error is not None:
        assert "Delaunay" not in str(error)
        error = error.__cause__
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("code", ["everything-contained", "integrity"])
def test_service_cut_on_purpose_is_a_refusal_with_its_sentence(impostor: Impostor, code: str) -> None:
    impostor.status, impostor.headers = 503, {"retry-after": "2"}
    impostor.body = json.dumps({"code": code, "title": "t", "status": 503, "detail": "d"}).encode()
    refused = impostor.ask("threads")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.retry_after) == (code, 2)


@pytest.mark.parametrize("token", [(401, b'{"error":"invalid_client"}'), (200, b"{}"), (200, b"x"), (500, b"")])
def test_token_that_is_none_raises(impostor: Impostor, token: tuple[int, bytes]) -> None:
    impostor.token = token
    for way in ("threads", "asyncio"):
        with pytest.raises(GuardUnavailable, match=f"status {token[0]}"):
            impostor.ask(way)


def test_nobody_listening_raises_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with Guard(f"http://127.0.0.1:{port}", KEY) as guard, pytest.raises(GuardUnavailable, match="ConnectError"):
        guard.ask(calls.session(), SPEAKER)


def test_guard_never_asked_through_a_proxy_of_the_environment(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    impostor.status = 403
    impostor.body = b'{"code":"account-suspended","title":"t","status":403,"detail":"d"}'
    assert isinstance(impostor.ask("threads"), Refused)


def test_key_file_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "console.jwk"
    path.write_text(json.dumps(OKPKey.generate_key("Ed25519", {"kid": "k"}).as_dict(private=True)))
    path.chmod(0o640)
    with pytest.raises(PermissionError, match="0600"):
        ApplicationKey.read("console", path)
    path.chmod(0o600)
    key = ApplicationKey.read("console", path)
    assert key.assertion("aud").count(".") == 2
    assert repr(key) == "ApplicationKey('console')"


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"kty":"EC"}'])
def test_key_file_that_holds_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "console.jwk"
    path.write_text(content)
    os.chmod(path, 0o600)
    with pytest.raises(ValueError, match="not a private JWK"):
        ApplicationKey.read("console", path)


def test_public_key_or_nameless_key_is_refused() -> None:
    with pytest.raises(ValueError, match="private"):
        ApplicationKey("console", ECKey.import_key(ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)))
    with pytest.raises(ValueError, match="kid"):
        ApplicationKey("console", ECKey.generate_key("P-256"))
