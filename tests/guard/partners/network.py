"""A network and an office of it: who asks, who approves, who manages; contracts asked for and signed."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx

from beffroi.core.ids import OrganisationId
from beffroi.core.partner_lists import CLAUSES, LISTS, List, reference
from tests.guard.approvals.office import Seat, approve, seat
from tests.guard.signin.serving import Guard

SIRET = "73282932000074"


class Network(NamedTuple):
    """A guard, the network's id, a security officer and two approvers there, a manager of an office."""

    guard: Guard
    id: OrganisationId
    claire: Seat
    helene: Seat
    thomas: Seat
    manager: Seat

    @property
    def office(self) -> OrganisationId:
        """The manager's office."""
        return self.guard.organisation

    def call(self, who: Seat, path: str, /, **body: Any) -> httpx.Response:
        """POST one of the doors of partners."""
        return self.guard.call("POST", f"/v1/{path}", who.handle, json=body)

    def show(self, who: Seat, organisation: str) -> dict[str, Any]:
        """A partner as somebody sees it."""
        answer = self.call(who, "partners/show", organisation=organisation)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, who: Seat, kind: str, /, **body: Any) -> httpx.Response:
        """Make a request."""
        return self.call(who, "requests/make", kind=kind, body=body)

    def agree(self, made: httpx.Response, *by: Seat) -> None:
        """Have a request approved."""
        assert made.status_code == 201, made.text
        for approver in by or (self.helene,):
            signed = approve(self.guard, approver, made.json()["request"])
            assert signed.status_code == 303, signed.text

    def contract(self, organisation: str, **changes: Any) -> None:
        """Give an organisation a contract, through both eyes."""
        self.agree(self.ask(self.claire, "contract", organisation=organisation, terms=terms(**changes)))

    def finish(self, organisation: str, wanted: List) -> None:
        """Tick every item of a list."""
        for code in LISTS[wanted]:
            body = {"organisation": organisation, "list": wanted.value, "item": code, "proof": "GED 2026-114"}
            assert self.call(self.claire, "partners/checklist", **body).status_code == 200

    def active(self, organisation: str) -> tuple[bool, datetime]:
        """What decisions read of an organisation."""
        row = self.guard.row("SELECT * FROM guard.organisation WHERE id = $1", organisation)
        assert self.guard.world.keys.authenticator.genuine_row("organisation", row)
        return row["active"], row["contract_until"]

    def new_office(self, name: str, **changes: Any) -> OrganisationId:
        """An office imported without a contract."""
        return self.guard.run(self.guard.world.organisation(name, **changes))

    def opens(self, organisation: str, name: str) -> Seat:
        """Somebody at work there, signed in."""
        return seat(self.guard, name, "account-manager", organisation=organisation)


def day(days: int = 0) -> str:
    """A day from today."""
    return str(datetime.now(UTC).date() + timedelta(days=days))


def terms(**changes: Any) -> dict[str, Any]:
    """Ordinary terms, for a year from today."""
    return {
        "from_on": day(-1), "until_on": day(365), "clauses": [reference(code) for code in CLAUSES],
        "controllers": ["France Travail", "Mission Locale du Nord"], "level": 2,
        "contact": {"name": "Anne Duval", "email": "securite@north.example", "phone": "0320000000"},
    } | changes  # fmt: skip


def new_partner(**changes: Any) -> dict[str, Any]:
    """A new training organisation."""
    body = {
        "code": "OF-NEUF", "name": "Atelier Neuf", "kind": "training-organisation", "siret": SIRET,
        "terms": terms(),
    }  # fmt: skip
    return body | changes
