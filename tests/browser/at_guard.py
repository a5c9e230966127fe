"""The guard served to a real browser, beside an application it comes back to, and a virtual authenticator."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import CDPSession, Page

from tests.databases import FreshDatabase
from tests.guard.signin.serving import CONSOLE, STATE, Guard, Member, serve


def application(environ: object, start_response: Callable[..., object]) -> list[bytes]:
    """Where the browser comes back to: another origin of this machine."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [
        b'<!doctype html><html lang="fr"><title>Application</title><link rel="icon" href="data:,"><h1>Retour</h1>'
    ]


@pytest.fixture(scope="module")
def running(
    serve_application: str, fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guard]:
    return_to = f"{serve_application}/back"
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider"), return_to=return_to) as guard:
        yield guard


@pytest.fixture(scope="module")
def serve_application(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue("serve")(application)
    return address.replace("127.0.0.1", "localhost").rstrip("/")


@pytest.fixture
def guard(running: Guard) -> Guard:
    running.provider.forget()
    running.execute("DELETE FROM guard.attempt")
    return running


def authenticator(page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    """A platform authenticator that asks nobody (WebDriver BiDi/CDP domain WebAuthn)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


def begin(guard: Guard, page: Page, member: Member) -> None:
    """From the application's link to the guard's own page, through the provider's."""
    fields = {"application": CONSOLE, "return_to": guard.return_to, "state": STATE}
    page.goto(f"{guard.url}/sign-in?{urlencode(fields)}")
    if urlsplit(page.url).netloc == urlsplit(guard.provider.settings.origin).netloc:
        name = f"{member.persona.given_name} {member.persona.usual_name}"
        page.get_by_role("link", name=re.compile(re.escape(name))).click()
        page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{guard.url}/sign-in/*")


def redeemed(guard: Guard, page: Page) -> str:
    """Wait for the application and redeem its code as it would; the handle."""
    page.wait_for_url(f"{guard.return_to}?*")
    fields = parse_qs(urlsplit(page.url).query)
    assert fields["state"] == [STATE]
    answer = guard.redeem(fields["code"][0])
    assert answer.status_code == 200, answer.text
    handle: str = answer.json()["handle"]
    return handle
