"""The whole product on free ports: database, guard, identity provider, and the console as a process of its own."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import uvicorn
from joserfc.jwk import ECKey

from beffroi.client import ApplicationKey
from beffroi.config.secret_files import write_private
from beffroi.core import policy_file
from beffroi.guard import keys as guard_keys
from beffroi.guard.process import AREAS, build, build_app, close
from beffroi.guard.settings import GuardSettings, Log, Mode, Provider, Sealed
from beffroi.simulation.drill.ports import free_port
from tests.databases import FreshDatabase
from tests.guard import world as worlds
from tests.guard.sealing.place import Place as Journal
from tests.guard.signin.serving import Guard, Member, fresh_code
from tests.simulation.identity_provider.served import serve as serve_provider

Watched = tuple[Guard, list[str], threading.Event]
"""A guard, the calls it got (method and path), and what makes it fail them all while set."""
CONSOLE = "console"
SMALL = {"[budgets.office]": 4, "[budgets.break-glass]": 2}
"""Daily caps of the tests' policy, small enough to be met in a page or two."""


def small_policy() -> str:
    """The default policy with the small caps."""
    text = policy_file.default_text()
    for section, cap in SMALL.items():
        start = text.index(section)
        end = text.index("\n\n", start)
        block = re.sub(r"(?m)^(hour|day) = \d+$", rf"\1 = {cap}", text[start:end])
        text = text[:start] + block + text[end:]
    return text


@dataclass
class Stack:
    """``guard`` writes the facts of a test; ``asked`` lists what the console asked of it, method and path."""

    guard: Guard
    url: str
    state: Path
    process: "subprocess.Popen[bytes]"
    asked: list[str] = field(default_factory=list)
    down: threading.Event = field(default_factory=threading.Event)

    def visitor(self, language: str = "fr") -> "Visitor":
        """A browser without cookies."""
        return Visitor(self, language)

    def signed_in(self, member: Member, *, language: str = "fr") -> "Visitor":
        """A browser in which this agent went through the whole sign-in."""
        visitor = self.visitor(language)
        visitor.sign_in(member)
        return visitor

    def person(self, **options: Any) -> str:
        """A person of the world."""
        return str(self.guard.run(self.guard.world.person(**options)))

    def log(self) -> str:
        """What the console wrote."""
        return (self.state / "console.log").read_text(errors="replace")


@dataclass
class Page:
    """An answer as a person sees it."""

    response: httpx.Response

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.response.status_code

    @property
    def url(self) -> str:
        """Address, path and query."""
        parts = self.response.url
        return parts.raw_path.decode()

    @property
    def html(self) -> str:
        """The source."""
        return self.response.text

    @property
    def text(self) -> str:
        """What a person reads, every kind of space as one."""
        bare = re.sub(r"<(?:script|style).*?</(?:script|style)>", " ", self.html, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))

    def links(self) -> list[str]:
        """Addresses of every link."""
        return [unescape(found) for found in re.findall(r'<a[^>]* href="([^"]+)"', self.html)]

    def token(self) -> str:
        """The token that every form carries."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.html)
        assert found is not None, self.text
        return found[1]

    def hidden(self, form: str = "") -> dict[str, str]:
        """Hidden fields of the form whose source holds ``form``, after the header."""
        for source in re.findall(r"<form.*?</form>", self.html[self.html.index("<main") :], flags=re.DOTALL):
            if form in source:
                found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', source)
                return {name: unescape(value) for name, value in found}
        raise AssertionError(f"no form with {form!r}")


class Visitor:
    """A browser without JavaScript; follows redirects, and keeps the addresses it went through."""

    def __init__(self, stack: Stack, language: str) -> None:
        self.stack = stack
        headers = {"accept-language": language, "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Essai/128.0"}
        self.http = httpx.Client(timeout=30, headers=headers, trust_env=False)
        self.went: list[str] = []

    def get(self, path: str) -> Page:
        """GET a path of the console, and wherever it leads."""
        return self._follow(self.http.get(urljoin(self.stack.url, path)))

    def post(
        self,
        path: str,
        fields: Mapping[str, Any],
        *,
        page: Page | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """POST a form of the console, with the token of ``page``; with files, each its name and content."""
        token = (page or self.get("/accessibilite/")).token()
        data = {"csrfmiddlewaretoken": token, **fields}
        return self._follow(self.http.post(urljoin(self.stack.url, path), data=data, files=files))

    def _follow(self, response: httpx.Response) -> Page:
        for _ in range(12):
            self.went.append(str(response.url))
            if not response.is_redirect:
                return Page(response)
            target = urljoin(str(response.url), response.headers["location"])
            if urlsplit(target).netloc != urlsplit(self.stack.url).netloc and "/retour/" not in target:
                return Page(response)
            response = self.http.get(target)
        raise AssertionError("too many redirects")

    def sign_in(self, member: Member, path: str = "/connexion/") -> Page:
        """Through console, guard, provider and second factor, back to the console."""
        left = self.http.get(urljoin(self.stack.url, path))
        while left.is_redirect and urlsplit(left.headers["location"]).netloc in ("", urlsplit(self.stack.url).netloc):
            left = self.http.get(urljoin(self.stack.url, left.headers["location"]))
        return self.prove(member, left.headers["location"])

    def prove(self, member: Member, address: str) -> Page:
        """From an address of the guard's sign-in or step-up back to the console."""
        guard = self.stack.guard
        answer = self.http.get(address)
        while answer.is_redirect:
            target = urljoin(str(answer.url), answer.headers["location"])
            if target.startswith(guard.provider.settings.origin):
                target = self._at_provider(target, member)
            answer = self.http.get(target)
        token = re.search(r'name="form_token" value="([^"]+)"', answer.text)
        assert token is not None, answer.text
        data = {"form_token": token[1], "kind": "totp", "code": fresh_code(guard, member)}
        proven = self.http.post(f"{guard.url}/sign-in/factor", data=data, headers={"origin": guard.url})
        assert proven.status_code == 303, proven.text
        return self._follow(self.http.get(proven.headers["location"]))

    def _at_provider(self, address: str, member: Member) -> str:
        origin = self.stack.guard.provider.settings.origin
        people = self.http.get(address)
        if not people.headers["location"].startswith("/"):
            return str(people.headers["location"])  # still signed in there
        fields = {"login": member.persona.login, "method": "otp", "password": "demonstration", "action": "sign-in"}
        form = self.http.post(origin + people.headers["location"], data=fields)
        assert form.status_code == 303, form.text
        return str(form.headers["location"])


@contextmanager
def running(fresh: FreshDatabase, folder: Path, policy: str | None = None) -> Iterator[Stack]:
    """Everything, until the block ends. The guard is on ``localhost``, the console on ``127.0.0.1``: two sites.

    ``policy``: its text, where it is not the small one.
    """
    console_url = f"http://127.0.0.1:{free_port()}"
    with guard_served(fresh, folder, f"{console_url}/retour/", policy) as (guard, asked, down):
        state = folder / "state"
        (state / "keys").mkdir(parents=True, mode=0o700)
        write_private(state / "keys" / "console.jwk", json.dumps(guard.private_jwk))  # type: ignore[attr-defined]
        with open(state / "console.log", "wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "beffroi", "console"],
                env={**os.environ, **_environ(fresh, state, console_url, guard)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        stack = Stack(guard, console_url, state, process, asked, down)
        try:
            _wait_until_it_answers(stack)
            yield stack
        finally:
            process.terminate()
            process.wait(15)


def _environ(fresh: FreshDatabase, state: Path, console_url: str, guard: Guard) -> dict[str, str]:
    return {
        "BEFFROI_MODE": "demonstration",
        "BEFFROI_STATE": str(state),
        "BEFFROI_CONSOLE_DATABASE_URL": fresh.console,
        "BEFFROI_CONSOLE_URL": console_url,
        "BEFFROI_CONSOLE_PORT": str(urlsplit(console_url).port),
        "BEFFROI_GUARD_URL": guard.url,
        "BEFFROI_GUARD_SERVER_URL": guard.url.replace("localhost", "127.0.0.1"),
        "BEFFROI_IDENTITY_PROVIDER_URL": guard.provider.settings.issuer,
    }


def _wait_until_it_answers(stack: Stack, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if stack.process.poll() is not None:
            raise AssertionError(stack.log())
        try:
            httpx.get(stack.url, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(stack.log())


@contextmanager
def guard_served(
    fresh: FreshDatabase, folder: Path, return_to: str, policy: str | None = None
) -> Iterator[tuple[Guard, list[str], threading.Event]]:
    """The guard's whole application in a thread, under the small policy or another, its calls written down."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sets it on sockets it opens itself
    url = f"http://localhost:{listening.getsockname()[1]}"
    loop = asyncio.new_event_loop()
    asked: list[str] = []
    down = threading.Event()
    folder.chmod(0o700)
    held = guard_keys.generate(folder / "guard.key")
    (folder / "policy.toml").write_text(policy or small_policy())
    log = Log(Journal(folder, fresh, held).signer.key, folder / "log")
    with serve_provider(folder, service=url, pkce=True) as provider:
        settings = GuardSettings(
            database=fresh.guard, key_file=folder / "guard.key", journal_key_file=None,
            policy_file=folder / "policy.toml", public_url=url, mode=Mode.DEMONSTRATION, sealed=Sealed(None), log=log,
            provider=Provider(
                provider.settings.issuer, provider.settings.client_id, provider.settings.client_secret, pkce=True
            ),
            person_provider=Provider(
                provider.people.issuer, provider.people.client_id, provider.people.client_secret, pkce=True
            ),
            person_application=CONSOLE,
        )  # fmt: skip
        ready = threading.Event()
        made: dict[str, Any] = {}

        async def serving() -> None:
            try:
                world = await worlds.build(fresh.guard, held)
                jwk = ECKey.generate_key("P-256", {"kid": "console-key", "use": "sig"})
                await world.open_application(
                    world.offices["North"], id=CONSOLE, name="Console",
                    redirect_uris=[return_to, urljoin(return_to, "/mon-espace/retour/")],
                )  # fmt: skip
                await world.insert(
                    "application_key", application=CONSOLE, kid="console-key",
                    jwk=json.dumps(jwk.as_dict(private=False)), until_at=await world.now() + timedelta(days=30),
                    revoked_at=None,
                )  # fmt: skip
                services = await build(settings)
            except BaseException as error:
                made["error"] = error
                ready.set()
                raise
            inner = build_app(services, AREAS)

            async def app(scope: Any, receive: Any, send: Any) -> None:
                if scope["type"] == "http" and scope["path"].startswith("/v1/"):
                    asked.append(f"{scope['method']} {scope['path']}")
                if down.is_set():
                    raise ConnectionError("the guard is down in this test")
                await inner(scope, receive, send)

            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", loop="asyncio"))
            key = ApplicationKey(CONSOLE, jwk)
            guard = Guard(url, provider, services, world, loop, key, return_to, world.offices["North"])
            guard.private_jwk = dict(jwk.as_dict(private=True))  # type: ignore[attr-defined]
            made.update(guard=guard, server=server)
            ready.set()
            await server.serve(sockets=[listening])
            await close(services)
            await world.conn.close()

        thread = threading.Thread(target=loop.run_until_complete, args=(serving(),), daemon=True)
        thread.start()
        assert ready.wait(30)
        if "error" in made:
            raise AssertionError("the guard did not start") from made["error"]
        try:
            yield made["guard"], asked, down
        finally:
            made["server"].should_exit = True
            thread.join(10)
            loop.close()
            listening.close()
