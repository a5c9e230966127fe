"""A real Chromium for the browser tests, accessibility checks and screenshots.

Playwright's own browsers are not used: Debian's Chromium is, found on PATH or named by BEFFROI_CHROMIUM.
Playwright keeps an event loop running in the test's thread; a test that touches Django's ORM beside it has to
do so from another thread.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.browser.pages import Tour

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PATIENCE = 20_000
"""Milliseconds that an expectation waits for its condition: a page may be slow on a busy machine, and still right."""
MISSING = "Chromium is missing (apt-get install chromium, or set BEFFROI_CHROMIUM)"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the browser; without one the test is skipped, and fails where CI is true."""
    for name in (os.environ.get("BEFFROI_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One headless Chromium for a module; contexts keep tests apart.

    Not for the whole run: while it is open, Playwright keeps an event loop running in this thread, and the tests of
    other modules start their own.
    """
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context of its own (own cookies); takes the arguments of ``new_context``.

    At the end, fails the test when a page raised an error or met its own Content-Security-Policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "fr-FR", "timezone_id": "Europe/Paris", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None,
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page 1280 pixels wide, in French."""
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fails the test with axe's own report when the page breaks one of its rules, best practices included."""
    checker = Axe()

    def check(page: Page) -> None:
        results = checker.run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Page, str], Path]:
    """Writes the whole page to var/screenshots/NAME.png and gives the path."""

    def take(page: Page, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        try:
            page.screenshot(path=str(path), full_page=True)
        except Error as refused:
            # Chromium refuses a picture now and then, and takes the same one when asked again
            # (MarketSquare/robotframework-browser issue 5237).
            if "Unable to capture screenshot" not in refused.message:
                raise
            page.screenshot(path=str(path), full_page=True)
        return path

    return take


@pytest.fixture
def tour(
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    locale: str,
    width: int,
) -> Tour:
    """A page on which to meet others; its language and width come from :func:`tests.browser.pages.meets`."""
    return Tour(new_page(viewport={"width": width, "height": 900}, locale=locale), locale, axe, screenshot)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Serves a WSGI application on a free loopback port, in threads, and gives its address without final slash."""
    servers: list[_Server] = []

    def start(application: Any) -> str:
        server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Silent)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
