"""An office of the tests of four eyes: who asks, who approves, who hands codes over; requests driven over HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from tests.guard.signin.serving import CONSOLE, STATE, Browser, Guard, Member, options_of


@dataclass
class Seat:
    """Somebody signed in: their browser and the console's handle for it."""

    member: Member
    browser: Browser
    handle: str


def seat(guard: Guard, name: str, role: str, **more: Any) -> Seat:
    """A member with a passkey where the role wants one, signed in."""
    watching = role not in ("adviser", "receptionist")
    member = guard.member(name, role=role, with_passkey=watching, with_totp=not watching, **more)
    browser, handle = guard.signed_in(member)
    return Seat(member, browser, handle)


def access(**changes: Any) -> dict[str, Any]:
    """The body of an ordinary request for access, by a manager for a colleague of the roster."""
    today = datetime.now(UTC).date()
    body = {
        "roles": ["adviser"], "first_name": "Nora", "last_name": "Petit", "email": "nora.petit@north.example",
        "applications": [CONSOLE], "job": "Conseillère", "site": "Accueil", "from_on": str(today),
        "until_on": str(today + timedelta(days=180)),
    }  # fmt: skip
    return {"kind": "access", "body": body | changes}


def know_domain(guard: Guard, domain: str = "north.example") -> None:
    """Let the organisation's roster hold a mail domain."""
    row = {"id": str(uuid4()), "organisation": guard.organisation, "domain": domain}
    guard.run(guard.world.insert("roster_domain", **row, ended_at=None))


def make(guard: Guard, manager: Seat, **changes: Any) -> httpx.Response:
    """POST /v1/requests/make."""
    return guard.call("POST", "/v1/requests/make", manager.handle, json=access(**changes))


def show(guard: Guard, somebody: Seat, request: str) -> httpx.Response:
    """POST /v1/requests/show."""
    return guard.call("POST", "/v1/requests/show", somebody.handle, json={"request": request})


def go(guard: Guard, somebody: Seat, url: str) -> httpx.Response:
    """Follow one of the guard's own addresses as the console would send the browser there; the page it comes to."""
    fields = urlencode({"application": CONSOLE, "return_to": guard.return_to, "state": STATE})
    begun = somebody.browser.http.get(f"{url}&{fields}")
    if begun.status_code != 303:
        return begun
    return somebody.browser.page(begun.headers["location"])


def decide(guard: Guard, approver: Seat, request: str) -> httpx.Response:
    """The guard's page on which this approver decides."""
    shown = show(guard, approver, request).json()
    return go(guard, approver, shown["decide_url"])


def approve(guard: Guard, approver: Seat, request: str, *, page: httpx.Response | None = None) -> httpx.Response:
    """Sign a request with the approver's passkey."""
    page = page or decide(guard, approver, request)
    assert page.status_code == 200, page.text
    passkey = approver.member.passkey
    assert passkey is not None
    answer = passkey.get(options_of(page))
    return approver.browser.send("/approvals/decide", page, verdict="approve", answer=answer)


def refuse(
    guard: Guard, approver: Seat, request: str, reason: str = "Personne inconnue de la structure"
) -> httpx.Response:
    """Refuse a request, in words."""
    page = decide(guard, approver, request)
    return approver.browser.send("/approvals/decide", page, verdict="refuse", reason=reason)
