"""Campaigns driven in tests: people with a past, a worker's rounds at any instant, the sheet and its signature."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from beffroi.core.ids import OrganisationId
from beffroi.guard.journal import Entry, append
from beffroi.guard.reviewing.closing import sweep
from beffroi.guard.reviewing.opening import open_due, open_now
from tests.guard.approvals.office import Seat, go
from tests.guard.signin.serving import Guard, Member, options_of
from tests.guard.world import POLICY


@dataclass
class Campaigns:
    """A worker's hand on the campaigns of a guard; the console's, on the sheet."""

    guard: Guard
    start: datetime = field(init=False)
    """What ``days`` count from: the clock itself never goes behind an entry of the journal."""

    def __post_init__(self) -> None:
        self.start = self.now()

    def now(self) -> datetime:
        """The sole clock."""
        return self.guard.run(self.guard.world.now())

    def open(self, organisation: OrganisationId | None = None, *, days: int = 0) -> int:
        """Open one organisation's campaign, as of ``days`` from now."""
        world, place = self.guard.world, organisation or self.guard.organisation
        at = self.start + timedelta(days=days) if days else self.now()
        return self.guard.run(open_now(world.conn, world.keys, POLICY, at, place))

    def open_due(self, *, days: int = 0) -> int:
        """A worker's round of openings."""
        world = self.guard.world
        return self.guard.run(open_due(world.conn, world.keys, POLICY, self.start + timedelta(days=days)))

    def sweep(self, *, days: int) -> Counter[str]:
        """A worker's sweep, ``days`` from now."""
        world = self.guard.world
        return self.guard.run(sweep(world.conn, world.keys, POLICY, self.start + timedelta(days=days)))

    def adviser(self, name: str, *, openings: int = 3, explanation: str = "followed", **more: Any) -> Member:
        """Somebody who opened files yesterday, for that explanation."""
        member = self.guard.member(name, role="adviser", **more)
        organisation = more.get("organisation") or self.guard.organisation
        at = self.now() - timedelta(days=1)
        entry = Entry(
            at, "released", person=str(uuid4()), account=member.account, organisation=organisation, role="adviser",
            application="console", purpose="follow-up", explanation=explanation,
        )  # fmt: skip

        async def write() -> None:
            async with self.guard.world.conn.transaction():
                await append(self.guard.world.conn, [entry] * openings)

        self.guard.run(write())
        return member

    def ask(self, somebody: Seat, door: str, **body: Any) -> httpx.Response:
        """POST /v1/reviews/…"""
        return self.guard.call("POST", f"/v1/reviews/{door}", somebody.handle, json=body)

    def id(self, organisation: OrganisationId | None = None) -> str:
        """The running campaign of an organisation."""
        query = "SELECT id FROM guard.campaign WHERE organisation = $1 AND closed_at IS NULL"
        return str(self.guard.one(query, organisation or self.guard.organisation))

    def line(self, member: Member) -> dict[str, Any]:
        """The last line about a member's account."""
        return self.guard.row(
            "SELECT * FROM guard.review WHERE account = $1 ORDER BY at DESC LIMIT 1", member.account
        )

    def status(self, member: Member) -> str:
        """The status of a member's one habilitation."""
        return str(self.guard.one("SELECT status FROM guard.habilitation WHERE account = $1", member.account))

    def prepare(self, reviewer: Seat, *, together: bool = False, **verdicts: Member) -> httpx.Response:
        """Prepare a sitting: ``keep=…``, ``remove=…`` with the member of a line."""
        words = [{"review": str(self.line(who)["id"]), "verdict": word} for word, who in verdicts.items()]
        return self.ask(reviewer, "prepare", campaign=self.id(), verdicts=words, together=together)

    def page(self, reviewer: Seat, prepared: httpx.Response) -> httpx.Response:
        """The guard's page for a prepared sitting."""
        assert prepared.status_code == 201, prepared.text
        return go(self.guard, reviewer, prepared.json()["sign_url"])

    def sign(self, reviewer: Seat, page: httpx.Response) -> httpx.Response:
        """Sign what the page shows with the reviewer's passkey."""
        assert page.status_code == 200, page.text
        passkey = reviewer.member.passkey
        assert passkey is not None
        return reviewer.browser.send("/reviews/decide", page, answer=passkey.get(options_of(page)))
