"""The guard's doors served over HTTP on a free port, beside the demonstration provider and a real database."""

import asyncio
import html
import json
import re
import secrets
import socket
import threading
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

import asyncpg
import httpx
import uvicorn
from joserfc.jwk import ECKey

from beffroi.client.credentials import ApplicationKey
from beffroi.core.ids import AccountId, ApplicationId, OrganisationId
from beffroi.guard import key_check, stamped
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.process import AREAS
from beffroi.guard.sealing.watch import SealWatch
from beffroi.guard.services import Services
from beffroi.guard.settings import GuardSettings, Mode, Provider, Sealed
from beffroi.guard.signin import enrolments
from beffroi.guard.vault import blind
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import new_key, seal
from beffroi.guard.web.app import application
from beffroi.guard.web.routing import Router
from beffroi.simulation.identity_provider.personas import Persona, write_users_file
from beffroi.standards import totp
from tests.guard.documented import hold
from tests.guard.signin.authenticator import Authenticator
from tests.guard.world import POLICY, PROVIDERS, World, new_keys
from tests.simulation.identity_provider.served import Served
from tests.simulation.identity_provider.served import serve as serve_provider

CONSOLE = "console"
STATE = "state-of-the-console-0123456789"
CLIENT = "client-of-the-browser"
Result = TypeVar("Result")


@dataclass
class Member:
    """Somebody who works: what the test needs to sign them in."""

    account: AccountId
    persona: Persona
    secret: bytes | None = None
    passkey: Authenticator | None = None
    code: str | None = None


@dataclass
class Guard:
    """The guard under test. Everything that touches the database runs on its own loop, through :meth:`run`."""

    url: str
    provider: Served
    services: Services
    world: World
    loop: asyncio.AbstractEventLoop
    key: ApplicationKey
    return_to: str
    organisation: OrganisationId
    people: dict[str, Persona] = field(default_factory=dict)
    _token: str = ""

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run on the guard's loop and wait."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def execute(self, statement: str, *values: object) -> None:
        """One statement, behind the guard's back."""
        self.run(self.world.conn.execute(statement, *values))

    def one(self, statement: str, *values: object) -> Any:
        """One value."""
        return self.run(self.world.conn.fetchval(statement, *values))

    def row(self, statement: str, *values: object) -> dict[str, Any]:
        """One row."""
        found = self.run(self.world.conn.fetchrow(statement, *values))
        assert found is not None
        return dict(found)

    def amend(self, table: str, identifier: object, **changes: object) -> None:
        """Change a row as the guard would, MAC included."""

        async def change() -> None:
            row = await self.world.conn.fetchrow(f"SELECT * FROM guard.{table} WHERE id = $1", identifier)
            assert row is not None
            await stamped.amend(self.world.conn, self.world.keys, table, row, **changes)

        self.run(change())

    def journal(self, kind: str, account: AccountId | None = None) -> list[dict[str, Any]]:
        """Entries of one kind, oldest first."""
        rows = self.run(
            self.world.conn.fetch(
                "SELECT * FROM guard.journal WHERE kind = $1 AND ($2::uuid IS NULL OR account = $2) ORDER BY entry",
                kind,
                account,
            )
        )
        return [dict(row) for row in rows]

    def member(
        self,
        name: str,
        *,
        role: str = "adviser",
        with_totp: bool = True,
        with_passkey: bool = False,
        bound: bool = True,
        status: str = "active",
        organisation: OrganisationId | None = None,
        applications: tuple[ApplicationId, ...] | None = None,
        **columns: object,
    ) -> Member:
        """An agent the provider knows, with one membership in ``applications`` (every one, unless some are named).

        Factors were enrolled long ago; ``columns`` are the account's.
        """
        given, _, usual = name.partition(" ")
        login = name.lower().replace(" ", ".")
        persona = Persona(
            login=login, given_name=given, usual_name=usual, organisation="North", job=role,
            email=f"{login}@north.example", sub=f"{secrets.token_hex(4)}-{login}", siret="12345678900011",
            idp_id="demonstration-idp",
        )  # fmt: skip
        self.know(persona)
        secret = totp.new_secret() if with_totp else None
        passkey = Authenticator(self.url) if with_passkey else None
        account = AccountId(str(uuid4()))
        place = organisation or self.organisation
        self.run(self._write(account, persona, role, secret, passkey, bound, status, place, applications, columns))
        return Member(account, persona, secret, passkey)

    def know(self, persona: Persona) -> None:
        """Let the provider sign this person in."""
        self.people[persona.login] = persona
        write_users_file(self.provider.settings.users_file, self.people.values())

    async def _write(
        self,
        account: AccountId,
        persona: Persona,
        role: str,
        secret: bytes | None,
        passkey: Authenticator | None,
        bound: bool,
        status: str,
        organisation: OrganisationId,
        applications: tuple[ApplicationId, ...] | None,
        columns: dict[str, object],
    ) -> None:
        keys, now = self.world.keys, await self.world.now()
        owner, own_key = UUID(account).bytes, new_key()
        issuer = self.provider.settings.issuer
        agent = Agent(first_name=persona.given_name, last_name=persona.usual_name, email=persona.email)
        row: dict[str, object] = {
            "id": account, "status": status, "email_index": blind.agent_email(keys, persona.email),
            "subject_index": blind.subject(keys, issuer, persona.sub) if bound else None,
            "idp_id": persona.idp_id if bound else None, "wrapped_key": keys.wrap(own_key, owner),
            "epoch": keys.epoch, "personal": seal(own_key, owner, "agent", encode(agent)),
            "attested_until": now + timedelta(days=90), "reviewed_until": now + timedelta(days=90),
            "requested_by": None, "approved_by": None, "pools": [], "created_at": now,
        }  # fmt: skip
        await self.world.insert("account", **(row | columns))
        await self.world.habilitation(account, organisation, role, applications=applications)
        blank: dict[str, object] = {
            "account": account, "credential_id": None, "public_key": None, "sign_count": None, "secret": None,
            "last_step": None, "failures": 0, "locked_until": None, "created_at": now, "revoked_at": None,
        }  # fmt: skip
        if secret is not None:
            name = str(uuid4())
            sealed = seal(own_key, owner, f"factor/{name}", secret)
            await self.world.insert("factor", **(blank | {"id": name, "kind": "totp", "secret": sealed}))
        if passkey is not None:
            kept = {"credential_id": passkey.credential_id, "public_key": passkey.public_key, "sign_count": 0}
            await self.world.insert("factor", **(blank | {"id": str(uuid4()), "kind": "passkey"} | kept))

    def issue_code(self, member: Member) -> str:
        """An enrolment code, as people would hand it over."""

        async def issued() -> str:
            async with self.world.conn.transaction():
                now = await self.world.now()
                return await enrolments.issue(self.world.conn, self.world.keys, member.account, now)

        return self.run(issued())

    def token(self) -> str:
        """A live access token of the console."""
        if not self._token:
            answer = httpx.post(f"{self.url}/v1/token", data=self.token_form())
            assert answer.status_code == 200, answer.text
            self._token = answer.json()["access_token"]
        return self._token

    def token_form(self, **changes: str) -> dict[str, str]:
        """Form of a token request."""
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.key.assertion(f"{self.url}/v1/token"),
        } | changes

    def redeem(
        self, code: str, *, state: str = STATE, client: str = CLIENT, token: str | None = None
    ) -> httpx.Response:
        """POST /v1/sessions as the console does."""
        answer = httpx.post(
            f"{self.url}/v1/sessions",
            json={"code": code, "client": client, "state": state},
            headers={"authorization": f"Bearer {token or self.token()}"},
        )
        return hold(answer)

    def call(self, method: str, path: str, handle: str, *, client: str = CLIENT, **more: Any) -> httpx.Response:
        """A call of the console on behalf of a session; a success is held to the document of the API."""
        headers = {
            "authorization": f"Bearer {self.token()}", "beffroi-session": handle, "beffroi-client": client,
        }  # fmt: skip
        return hold(httpx.request(method, f"{self.url}{path}", headers=headers, **more))

    def browser(self) -> "Browser":
        """A browser of its own."""
        return Browser(self)

    def signed_in(self, member: Member) -> tuple["Browser", str]:
        """Sign a member in from beginning to end: the browser, and the handle the console got."""
        browser = self.browser()
        browser.identify(member)
        left = browser.prove(member)
        assert left.status_code == 303, left.text
        answer = self.redeem(fields_of(left)["code"])
        assert answer.status_code == 200, answer.text
        return browser, answer.json()["handle"]


@dataclass
class Browser:
    """A browser without JavaScript: cookies, forms, redirects followed by hand."""

    guard: Guard
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def begin(self, **changes: str) -> httpx.Response:
        """GET /sign-in as the console's link says."""
        fields = {"application": CONSOLE, "return_to": self.guard.return_to, "state": STATE} | changes
        return self.http.get(f"{self.guard.url}/sign-in?{urlencode(fields)}")

    def at_provider(self, authorization: str, persona: Persona, method: str = "otp", action: str = "sign-in") -> str:
        """Sign in at the provider; the address it sends the browser back to."""
        people = self.http.get(authorization)
        assert people.status_code == 303, people.text
        form = self.http.post(
            self.guard.provider.settings.origin + people.headers["location"],
            data={"login": persona.login, "method": method, "password": "demonstration", "action": action},
        )
        assert form.status_code == 303, form.text
        return form.headers["location"]

    def identify(self, member: Member | Persona, method: str = "otp") -> httpx.Response:
        """Sign in at the provider and come back; the guard's answer to the return."""
        persona = member.persona if isinstance(member, Member) else member
        begun = self.begin()
        assert begun.status_code == 303, begun.text
        return self.http.get(self.at_provider(begun.headers["location"], persona, method))

    def page(self, path: str) -> httpx.Response:
        """GET one of the guard's pages."""
        return self.http.get(self.guard.url + path)

    def send(self, path: str, page: httpx.Response, **fields: str) -> httpx.Response:
        """Send the form of a page, its token included unless given."""
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert token is not None, page.text
        data = {"form_token": token[1]} | fields
        return self.http.post(self.guard.url + path, data=data, headers={"origin": self.guard.url})

    def prove(self, member: Member, path: str = "/sign-in/factor") -> httpx.Response:
        """Answer the second-factor page with what the member has, the strongest first."""
        page = self.page(path)
        assert page.status_code == 200, page.text
        if member.passkey is not None:
            return self.send(path, page, kind="passkey", answer=member.passkey.get(options_of(page)))
        assert member.secret is not None
        return self.send(path, page, kind="totp", code=fresh_code(self.guard, member))


def fresh_code(guard: Guard, member: Member) -> str:
    """The present one-time password; the last accepted step is forgotten, as if thirty seconds had passed."""
    factor = guard.row(
        "SELECT * FROM guard.factor WHERE account = $1 AND kind = 'totp' AND revoked_at IS NULL", member.account
    )
    if factor["last_step"] is not None:
        guard.amend("factor", factor["id"], last_step=None)
    assert member.secret is not None
    return totp.code(member.secret, totp.step_at(datetime.now(UTC)))


def options_of(page: httpx.Response) -> str:
    """Options of the passkey form of a page."""
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def fields_of(answer: httpx.Response) -> dict[str, str]:
    """Fields of the address a redirect leads to."""
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def text_of(page: httpx.Response) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\u00a0", " "))


@contextmanager
def serve(
    database: str, folder: Path, *, return_to: str = "http://localhost:1/back", providers: Iterable[str] = PROVIDERS
) -> Iterator[Guard]:
    """Provider and guard, each on a free port of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sets it on sockets it opens itself
    url = f"http://localhost:{listening.getsockname()[1]}"
    loop = asyncio.new_event_loop()
    with serve_provider(folder, service=url, pkce=True) as provider:
        settings = GuardSettings(
            database=database, key_file=folder / "none", journal_key_file=None, policy_file=folder / "none",
            public_url=url, mode=Mode.DEMONSTRATION, sealed=Sealed(None),
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
            keys = new_keys()
            pool = await asyncpg.create_pool(database, min_size=1, max_size=4)
            world = World(await asyncpg.connect(database), keys)
            await key_check.establish(world.conn, keys)
            organisation = await world.organisation("North", providers=providers)
            jwk = ECKey.generate_key("P-256", {"kid": "console-key", "use": "sig"})
            await world.open_application(organisation, id=CONSOLE, name="Console", redirect_uris=[return_to])
            await world.insert(
                "application_key", application=CONSOLE, kid="console-key", jwk=json.dumps(jwk.as_dict(private=False)),
                until_at=await world.now() + timedelta(days=30), revoked_at=None,
            )  # fmt: skip
            services = Services(
                settings, POLICY, keys, pool, worker=None, tokens=AccessTokens(keys.session), metrics=None,  # type: ignore[arg-type]
                sealed=SealWatch(database, keys, None),
            )  # fmt: skip
            router = Router(AREAS)
            server = uvicorn.Server(
                uvicorn.Config(
                    application(router, services),
                    log_level="error",
                    lifespan="off",
                    loop="asyncio",
                    timeout_keep_alive=120,  # a connection must not be closed under a browser that is slow to go on
                )
            )
            key = ApplicationKey(CONSOLE, jwk)
            made["guard"] = Guard(url, provider, services, world, loop, key, return_to, organisation)
            made["server"] = server
            ready.set()
            await server.serve(sockets=[listening])
            await world.conn.close()
            await pool.close()

        thread = threading.Thread(target=loop.run_until_complete, args=(serving(),), daemon=True)
        thread.start()
        assert ready.wait(30)
        try:
            yield made["guard"]
        finally:
            made["server"].should_exit = True
            thread.join(10)
            loop.close()
            listening.close()
