"""A guard for each module, where a correspondent asks, two approvers sign off, and the worker carries out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from beffroi.core.ids import OrganisationId, PersonId
from beffroi.guard.erasing import carrying, lists
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, approve, seat
from tests.guard.signin.serving import Guard, serve
from tests.guard.world import POLICY

RULES = POLICY.retention


@dataclass
class Office:
    """Who is concerned with what goes. ``day`` is how many people lists may erase in 24 hours."""

    guard: Guard
    correspondent: Seat
    elsewhere: Seat
    helene: Seat
    thomas: Seat
    founder: Seat
    adviser: Seat
    day: int = RULES.erased_a_day

    def due(self, days: int = RULES.erase_days + 5, where: OrganisationId | None = None) -> PersonId:
        """Somebody whom nobody has followed for so many days."""
        world = self.guard.world

        async def make() -> PersonId:
            person = await world.person()
            until = await world.now() - timedelta(days=days)
            await world.relation(person, where or self.guard.organisation, days=days + 100, until_at=until)
            return person

        return self.guard.run(make())

    def prepare(self) -> Counter[str]:
        """The worker's first part."""
        services = self.guard.services
        return self.guard.run(lists.prepare(services.pool, services.keys, POLICY))

    def carry_out(self) -> Counter[str]:
        """The worker's last part."""
        services = self.guard.services
        policy = replace(POLICY, retention=replace(RULES, erased_a_day=self.day))
        return self.guard.run(carrying.carry_out(services.pool, services.keys, policy))

    def ask(self, somebody: Seat, path: str, **body: Any) -> httpx.Response:
        """POST on behalf of somebody."""
        return self.guard.call("POST", path, somebody.handle, json=body)

    def open_list(self) -> dict[str, Any]:
        """The list that is open now at the office, with its lines."""
        rows = self.ask(self.correspondent, "/v1/erasures/lists").json()["rows"]
        [row] = [row for row in rows if row["status"] == "open"]
        return self.show(row["list"])

    def show(self, list_: str) -> dict[str, Any]:
        """One list."""
        answer = self.ask(self.correspondent, "/v1/erasures/show", list=list_)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def request(self, shown: dict[str, Any], by: Seat | None = None) -> httpx.Response:
        """Ask that this very list be erased."""
        body = {"list": shown["list"]["list"], "sha256": shown["list"]["sha256"]}
        return self.ask(by or self.correspondent, "/v1/requests/make", kind="erasure", body=body)

    def signed(self, *people: PersonId) -> str:
        """A list of exactly these people that two have signed off."""
        self.prepare()
        shown = self.open_list()
        assert {line["person"] for line in shown["lines"]} == set(people)
        made = self.request(shown)
        assert made.status_code == 201, made.text
        for approver in (self.helene, self.thomas):
            assert approve(self.guard, approver, made.json()["request"]).status_code == 303
        assert self.show(shown["list"]["list"])["list"]["status"] == "signed"
        return str(shown["list"]["list"])

    def left(self, *people: PersonId) -> set[str]:
        """Those of these people who are still there."""

        async def read() -> set[str]:
            rows = await self.guard.world.conn.fetch("SELECT id FROM guard.person WHERE id = ANY ($1)", list(people))
            return {str(row["id"]) for row in rows}

        return self.guard.run(read())


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """Served once for a module."""
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider")) as guard:
        yield guard


@pytest.fixture(scope="module")
def seats(served: Guard) -> Office:
    """Everybody at work."""
    network = served.run(served.world.organisation("Network", kind="network"))
    south = served.run(served.world.organisation("South"))
    return Office(
        served,
        seat(served, "Dora Protection", "data-protection-correspondent"),
        seat(served, "Denis Ailleurs", "data-protection-correspondent", organisation=south),
        seat(served, "Helene Marchand", "approver", organisation=network),
        seat(served, "Thomas Leroux", "approver", organisation=network),
        seat(served, "Alice Premier", "founder", organisation=network),
        seat(served, "Lucie Perrin", "adviser"),
    )


@pytest.fixture
def office(seats: Office) -> Iterator[Office]:
    """The same, with nobody's list left over from another test."""
    yield seats
    seats.day = RULES.erased_a_day
    for table in ("erasure_line", "erasure_hold"):
        seats.guard.execute(f"DELETE FROM guard.{table}")
    seats.guard.execute("DELETE FROM guard.person")
    withdraw = "SELECT id FROM guard.request WHERE status = 'pending' LIMIT 1"
    while (pending := seats.guard.one(withdraw)) is not None:
        seats.guard.amend("request", pending, status="withdrawn")
    still = "SELECT id FROM guard.erasure_list WHERE status <> 'done' LIMIT 1"
    while (one := seats.guard.one(still)) is not None:
        seats.guard.amend("erasure_list", one, status="done")
