"""An office and its network: newcomers through one provider or another, what is asked for them, what is withdrawn."""

from itertools import count
from typing import Any, NamedTuple

import httpx
import msgspec

from beffroi.core.ids import OrganisationId
from tests.guard.approvals.office import Seat, approve
from tests.guard.signin.authenticator import Authenticator
from tests.guard.signin.serving import Browser, Guard, Member, options_of

_NUMBERS = count()


class Office(NamedTuple):
    """A guard, the network's id, a security officer and two approvers there, a manager of an office."""

    guard: Guard
    network: OrganisationId
    claire: Seat
    helene: Seat
    thomas: Seat
    manager: Seat

    def call(self, who: Seat, path: str, /, **body: Any) -> httpx.Response:
        """POST one of the guard's doors."""
        return self.guard.call("POST", f"/v1/{path}", who.handle, json=body)

    def newcomer(self, provider: str | None = None, **more: Any) -> Member:
        """Somebody invited, with a code, whom the broker signs in through this provider."""
        letters = "".join(chr(97 + int(digit)) for digit in str(next(_NUMBERS)))
        member = self.guard.member(f"Nora Petit{letters}", with_totp=False, bound=False, status="invited", **more)
        member.code = self.guard.issue_code(member)
        if provider is not None:
            self.through(member, provider)
        return member

    def through(self, member: Member, provider: str) -> None:
        """From now on the broker signs this person in through that provider."""
        member.persona = msgspec.structs.replace(member.persona, idp_id=provider)
        self.guard.know(member.persona)

    def ask(self, who: Seat, provider: str, **more: Any) -> httpx.Response:
        """Ask that a provider be accepted."""
        body = {"provider": provider, "name": "Annuaire de Valbrume"} | more
        return self.call(who, "requests/make", kind="provider", body=body)

    def accept(self, provider: str, *by: Seat, who: Seat | None = None, **more: Any) -> str:
        """Asked for and agreed to; the request."""
        made = self.ask(who or self.manager, provider, **more)
        assert made.status_code == 201, made.text
        request: str = made.json()["request"]
        for approver in by or (self.helene,):
            signed = approve(self.guard, approver, request)
            assert signed.status_code == 303, signed.text
        return request

    def withdraw(self, who: Seat, provider: str, **more: Any) -> httpx.Response:
        """Have a provider accepted no longer."""
        return self.call(who, "providers/withdraw", provider=provider, **more)

    def row(self, provider: str, organisation: str | None = None) -> dict[str, Any]:
        """What the database holds of a provider at the office."""
        return self.guard.row(
            "SELECT * FROM guard.organisation_provider WHERE organisation = $1 AND provider = $2",
            organisation or self.guard.organisation, provider,
        )  # fmt: skip

    def enrolment(self, member: Member) -> dict[str, Any]:
        """The code handed to somebody, as the database has it."""
        return self.guard.row("SELECT * FROM guard.enrolment WHERE account = $1", member.account)

    def account(self, member: Member) -> dict[str, Any]:
        """Somebody's account."""
        return self.guard.row("SELECT * FROM guard.account WHERE id = $1", member.account)

    def queue(self, who: Seat) -> dict[str, dict[str, Any]]:
        """The quarantine as somebody sees it, by account."""
        answer = self.call(who, "enrolments/quarantined")
        assert answer.status_code == 200, answer.text
        return {row["account"]: row for row in answer.json()["rows"]}


def with_code(office: Office, member: Member) -> Browser:
    """A browser that gave the code and is about to enrol a factor."""
    browser = office.guard.browser()
    assert browser.identify(member).headers["location"] == "/sign-in/enrol"
    assert member.code is not None
    page = browser.page("/sign-in/enrol")
    assert browser.send("/sign-in/enrol", page, kind="code", code=member.code).status_code == 303
    return browser


def enrol(office: Office, member: Member, browser: Browser | None = None) -> httpx.Response:
    """Keep a passkey; the guard's answer to it."""
    found = browser or with_code(office, member)
    member.passkey = Authenticator(office.guard.url)
    page = found.page("/sign-in/enrol")
    return found.send("/sign-in/enrol", page, kind="passkey", answer=member.passkey.create(options_of(page)))
