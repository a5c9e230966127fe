"""The provider served over HTTP on a free port, a browser, and a relying party made of the product's own parts."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn

from beffroi.simulation.identity_provider.app import Application
from beffroi.simulation.identity_provider.directory import Directory
from beffroi.simulation.identity_provider.keys import ensure_client_secret, ensure_signing_key
from beffroi.simulation.identity_provider.misbehaviour import Misbehaviour
from beffroi.simulation.identity_provider.personas import Persona, read_users_file, write_users_file
from beffroi.simulation.identity_provider.process import Both
from beffroi.simulation.identity_provider.residents import Resident, read_residents_file, write_residents_file
from beffroi.simulation.identity_provider.roles import FRANCECONNECT
from beffroi.simulation.identity_provider.settings import Settings
from beffroi.standards.oidc import (
    AuthorizationRequest,
    ClientSecretPost,
    PrivateKeyJwt,
    Provider,
    PublicKeys,
    Refusal,
    RelyingParty,
    SignIn,
    TokenResponse,
    UnknownKey,
    VerifiedIdentity,
    authorization_request,
    read_callback,
    read_key_set,
    read_provider,
    read_token_response,
    token_request,
    userinfo_request,
    verify_id_token,
    verify_userinfo,
)

CLAIRE = Persona(
    login="claire.martin",
    given_name="Claire",
    usual_name="Martin",
    organisation="Mission locale de Nantes métropole",
    job="Conseillère",
    email="claire.martin@nantes.example",
    sub="8f14e45f-claire",
    siret="12345678900011",
    idp_id="demonstration-idp",
    totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
)
INES = Resident(
    login="ines.delaunay",
    given_name="Inès Marie",
    family_name="DELAUNAY",
    birthdate="2005-03-14",
    gender="female",
    birthplace="59350",
    birthcountry="99100",
    sub="4e732ced-ines",
)
YANN = Persona(
    login="yann.le-goff",
    given_name="Yann",
    usual_name="Le Goff",
    organisation="Centre de formation de Brest",
    job="Formateur",
    email="yann.legoff@brest.example",
    sub="c9f0f895-yann",
    siret="98765432100022",
    idp_id="demonstration-idp",
)
MFA = ("eidas2", "eidas3")


class MovableClock:
    """Seconds since 1970: the machine's, shifted by what the test adds."""

    def __init__(self) -> None:
        self.shift = 0.0

    def __call__(self) -> float:
        return datetime.now(UTC).timestamp() + self.shift

    def now(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)


@dataclass
class Served:
    settings: Settings
    misbehaviours: set[Misbehaviour]
    clock: MovableClock
    party: RelyingParty
    browser: httpx.Client
    server: httpx.Client
    credential: ClientSecretPost | PrivateKeyJwt
    people: Settings
    people_lies: set[Misbehaviour]
    provider: Provider = field(init=False)

    def __post_init__(self) -> None:
        document = self.server.get(f"{self.settings.issuer}/.well-known/openid-configuration").content
        provider = read_provider(document, self.settings.issuer, allow_http_loopback=True)
        assert isinstance(provider, Provider)
        self.provider = provider
        self._beginning = (self.party, self.credential)

    def forget(self) -> None:
        """Undo what a test changed."""
        self.party, self.credential = self._beginning
        self.misbehaviours.clear()
        self.people_lies.clear()
        self.clock.shift = 0.0
        self.browser.cookies.clear()

    @property
    def keys(self) -> PublicKeys:
        keys = read_key_set(self.server.get(self.provider.jwks_uri).content)
        assert isinstance(keys, PublicKeys)
        return keys

    def ask(self) -> AuthorizationRequest:
        return authorization_request(self.provider, self.party)

    def answer_form(self, request: AuthorizationRequest, login: str, method: str, action: str = "sign-in") -> str:
        """Go through the pages as a browser does; the query string with which it returns to the service."""
        people = self.browser.get(request.url)
        assert people.status_code == 303, people.text
        form = self.browser.post(
            self.settings.origin + people.headers["location"],
            data={"login": login, "method": method, "password": "demonstration", "action": action},
        )
        return self.returned(form)

    def returned(self, response: httpx.Response) -> str:
        assert response.status_code == 303, response.text
        target = urlsplit(response.headers["location"])
        assert response.headers["location"].startswith(self.party.redirect_uri + "?")
        return target.query

    def exchange(self, request: AuthorizationRequest, query: str) -> TokenResponse | Refusal:
        code = read_callback(query, request.transaction, self.provider)
        if isinstance(code, Refusal):
            return code
        sent = token_request(self.provider, self.party, self.credential, code, request.transaction, self.clock.now())
        answer = self.server.request(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)
        return read_token_response(answer.status_code, answer.content)

    def identify(self, request: AuthorizationRequest, query: str) -> VerifiedIdentity | Refusal | UnknownKey:
        tokens = self.exchange(request, query)
        if isinstance(tokens, Refusal):
            return tokens
        now = self.clock.now()
        sign_in = verify_id_token(tokens, self.keys, self.provider, self.party, request.transaction, now)
        if not isinstance(sign_in, SignIn):
            return sign_in
        sent = userinfo_request(self.provider, tokens.access_token)
        answer = self.server.get(sent.url, headers=dict(sent.headers))
        kind = answer.headers["content-type"]
        return verify_userinfo(kind, answer.content, sign_in, self.keys, self.provider, self.party, now)

    def sign_in(self, login: str = CLAIRE.login, method: str = "otp") -> VerifiedIdentity | Refusal | UnknownKey:
        request = self.ask()
        return self.identify(request, self.answer_form(request, login, method))


def make_settings(folder: Path, port: int, service: str) -> Settings:
    users = folder / "users.json"
    write_users_file(users, [CLAIRE, YANN])
    return Settings(
        issuer=f"http://localhost:{port}/api/v2",
        port=port,
        client_id="guard",
        client_secret=ensure_client_secret(folder / "client.secret"),
        redirect_uris=(f"{service}/sign-in/callback",),
        post_logout_redirect_uris=(f"{service}/signed-out",),
        users_file=users,
        key_file=folder / "provider.jwk",
    )


def people_settings(beside: Settings, folder: Path, service: str) -> Settings:
    """The part that people sign in to, on the port of the other."""
    residents = folder / "residents.json"
    write_residents_file(residents, (INES,))
    return Settings(
        issuer=f"{beside.origin}/particulier/api/v2",
        port=beside.port,
        client_id="guard-of-people",
        client_secret=ensure_client_secret(folder / "people.secret"),
        redirect_uris=(f"{service}/person/callback",),
        post_logout_redirect_uris=(f"{service}/person/signed-out",),
        users_file=residents,
        key_file=folder / "people.jwk",
        pkce=True,
        role=FRANCECONNECT,
    )


@contextmanager
def serve(
    folder: Path,
    *,
    service: str = "http://localhost:1",
    pkce: bool = False,
    max_age: bool = False,
    client_jwks: bytes | None = None,
    credential: PrivateKeyJwt | None = None,
) -> Iterator[Served]:
    listening = socket.create_server(("127.0.0.1", 0))
    settings = make_settings(folder, listening.getsockname()[1], service)
    settings = replace(settings, pkce=pkce, max_age=max_age, client_jwks=client_jwks)
    lies: set[Misbehaviour] = set()
    clock = MovableClock()
    key = ensure_signing_key(settings.key_file)
    application = Application(settings, Directory(settings.users_file, read_users_file), key, lies, clock)
    people, people_lies = people_settings(settings, folder, service), set[Misbehaviour]()
    residents = Directory(people.users_file, read_residents_file)
    of_people = Application(people, residents, ensure_signing_key(people.key_file), people_lies, clock)
    both = Both(application, of_people, people.prefix)
    server = uvicorn.Server(uvicorn.Config(both, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    party = RelyingParty(
        client_id=settings.client_id,
        redirect_uri=settings.redirect_uris[0],
        post_logout_redirect_uri=settings.post_logout_redirect_uris[0],
        accepted_acr=MFA,
        pkce=pkce,
        max_age=timedelta(minutes=10) if max_age else None,
        accept_demonstration_keys=True,
    )
    # localhost may also mean ::1; the server listens on 127.0.0.1 and httpx tries both.
    with httpx.Client() as browser, httpx.Client() as backend:
        try:
            secret = credential or ClientSecretPost(settings.client_secret)
            yield Served(settings, lies, clock, party, browser, backend, secret, people, people_lies)
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            listening.close()


def text_of(page: str) -> str:
    """What a person reads of a page: tags dropped, no-break spaces as spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.replace("&nbsp;", " ")))
