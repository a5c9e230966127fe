"""The scene of incident 4: an account manager's live session and browser, approvers, a witness, new identities.

Everything is asked at the guard's doors and done on its pages; only sessions that begin again later in the simulated
month are written as a sign-in leaves them, as in the other drills.
"""

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from uuid import uuid4

import asyncpg

from beffroi.core.course_file import load_courses
from beffroi.guard import stamped
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.sessions.handles import digest
from beffroi.simulation.agents import Agent, Membership
from beffroi.simulation.drill import diligence
from beffroi.simulation.drill.browsing import Browser, Unexpected
from beffroi.simulation.drill.passkey import Passkey
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.sign_in_provider import SignInProvider
from beffroi.simulation.drill.stage import APPLICATION, CLIENT, Clockwork, Stage, live
from beffroi.simulation.drill.wire import Hijacked, Reply, Wires
from beffroi.simulation.identity_provider.personas import Persona
from beffroi.simulation.network import IDP_ID, habilitation_id
from beffroi.simulation.personas import BY_LOGIN, OFFICE

MANAGER: Final = "philippe.garnier"
WITNESS: Final = "karim.haddad"
APPROVERS: Final = ("helene.marchand", "thomas.leroux")
INSIDE, OUTSIDE = f"{OFFICE.lower()}.example", "adresses-du-voleur.example"
"""Mail domains: the office's own, which its roster knows, and one where the thief has identities of his own."""
RIGHT: Final = {
    question.code: sorted(question.right) for course in load_courses().values() for question in course.bank
}
"""The answers to every exam: the thief looks them up."""


class Attempt(NamedTuple):
    """One try at bringing accounts into being: how many at once, with which roles and domain, at which hour.

    ``hour`` counts from five past midnight of a working day. ``kind`` other than ``access``: what is asked instead,
    with ``body``.
    """

    hour: int = 0
    accounts: int = 2
    roles: tuple[str, ...] = ("adviser",)
    domain: str = OUTSIDE
    kind: str = "access"
    body: Mapping[str, Any] | None = None


@dataclass
class Seat:
    """Somebody's place: account, habilitation, passkey; the session and the guard's cookie of now."""

    account: str
    habilitation: str
    passkey: Passkey = field(default_factory=Passkey)
    session: Hijacked = field(default_factory=lambda: Hijacked("", ""))
    cookie: str = ""


class Scene:
    """Seats around one guard, and what is done from them. Time stands where :meth:`at` last put it."""

    def __init__(self, database: ScratchDatabase, port: int, stage: Stage, provider: SignInProvider) -> None:
        self._database, self.port, self.stage, self._provider = database, port, stage, provider
        self._exits = AsyncExitStack()
        self._personas: list[Persona] = []
        self.accounts: list[Seat] = []
        """What the thief brought into being and can use."""
        self.unmade = 0
        """Requests that the guard itself did not let be made."""
        self.grounds: Counter[str] = Counter()
        """On which grounds approvers refused."""
        self.others: list[Seat] = []
        """Whoever else sits there in a variant."""
        self.manager = _seat(BY_LOGIN[MANAGER])
        self.witness = _seat(BY_LOGIN[WITNESS])
        self.approvers = [_seat(BY_LOGIN[login]) for login in APPROVERS]

    async def __aenter__(self) -> Self:
        self.conn = await asyncpg.connect(self._database.guard)
        self._exits.push_async_callback(self.conn.close)
        self._wires = await self._exits.enter_async_context(Wires(self.port))
        self._token = await self._wires.token(self.stage.application_key(), f"http://127.0.0.1:{self.port}/v1/token")
        self._clock = await Clockwork.at_next_midnight(self.conn)
        begins = self._clock.begins.astimezone(PARIS)
        self._to_monday = timedelta(days=7 - begins.weekday() if begins.weekday() >= 5 else 0)
        await self.at(timedelta())
        for seat in (self.manager, self.witness, *self.approvers):
            await self.give_passkey(seat)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    @property
    def connections(self) -> int:
        """How many requests may be under way."""
        return self._wires.connections

    async def at(self, elapsed: timedelta) -> None:
        """Move the clock so far from midnight of a working day; everybody signs in again."""
        await self._clock.set(self._to_monday + elapsed)
        self._provider.ahead = self._clock.ahead
        self.now = await self._instant()
        for seat in (self.manager, self.witness, *self.approvers, *self.accounts, *self.others):
            seat.cookie = secrets.token_urlsafe(32)
            seat.session = await live(self.conn, self.stage, seat.account, seat.habilitation, seat.cookie)

    async def _instant(self) -> datetime:
        now: datetime = await self.conn.fetchval("SELECT guard.instant()")
        return now

    async def join(self, seat: Seat) -> Seat:
        """One more person, signed in, with a passkey."""
        self.others.append(seat)
        await self.give_passkey(seat)
        seat.cookie = secrets.token_urlsafe(32)
        seat.session = await live(self.conn, self.stage, seat.account, seat.habilitation, seat.cookie)
        return seat

    async def give_passkey(self, seat: Seat) -> None:
        """A passkey enrolled before the drill begins."""
        nothing = dict.fromkeys(("secret", "last_step", "locked_until", "revoked_at"))
        row = {
            "id": str(uuid4()), "account": seat.account, "kind": "passkey",
            "credential_id": seat.passkey.credential_id, "public_key": seat.passkey.public_key, "sign_count": 0,
            "failures": 0, "created_at": self.now, "version": 1, **nothing,
        }  # fmt: skip
        await stamped.insert(self.conn, self.stage.keys(), "factor", row)

    async def post(self, path: str, body: object, session: Hijacked) -> Reply:
        """Ask at a door, with a session."""
        return await self._wires.send("POST", path, session.headers(self._token), json.dumps(body).encode())

    async def ask(self, kind: str, body: Mapping[str, Any], by: Seat | None = None) -> str | None:
        """Make a request; its id, or ``None`` when the guard did not let it be made."""
        reply = await self.post("/v1/requests/make", {"kind": kind, "body": body}, (by or self.manager).session)
        if reply.status == 201:
            return str(reply.json["request"])
        self.unmade += 1
        return None

    def access(self, name: str, roles: Sequence[str], domain: str) -> dict[str, Any]:
        """The body of a request for access, for half a year from today."""
        today = self.now.astimezone(PARIS).date()
        return {
            "roles": list(roles), "applications": [APPLICATION], "first_name": "Alix", "last_name": name,
            "email": f"alix.{name.lower()}@{domain}", "job": "Conseil", "from_on": str(today),
            "until_on": str(today + timedelta(days=180)),
        }  # fmt: skip

    async def agreed(self, request: str, *, diligent: bool) -> bool:
        """Put a request to one approver after the other; whether it was carried out."""
        for approver in self.approvers:
            shown = (await self.post("/v1/requests/show", {"request": request}, approver.session)).json
            if shown["status"] == "approved":
                return True
            if "decide_url" not in shown:
                continue
            ground = diligence.ground(diligence.seen(shown)) if diligent else None
            async with Browser(self.port, approver.cookie) as browser:
                status = await browser.decide(shown["decide_url"], approver.passkey, agree=ground is None)
            if status != 303:
                raise Unexpected(f"the word of an approver was not heard: {status}")
            if ground is not None:
                self.grounds[ground.value] += 1
                return False
        shown = (await self.post("/v1/requests/show", {"request": request}, self.manager.session)).json
        return bool(shown["status"] == "approved")

    async def try_for(self, attempt: Attempt, *, diligent: bool, honest_witness: bool) -> None:
        """Play one attempt from the requests to the exams; what comes of it joins :attr:`accounts`."""
        asked: dict[str, str | None] = {}
        if attempt.body is not None:
            asked[""] = await self.ask(attempt.kind, attempt.body)
        else:
            for _ in range(attempt.accounts):
                name = f"Voleur{secrets.token_hex(4)}"
                asked[name] = await self.ask("access", self.access(name, attempt.roles, attempt.domain))
        for name, request in asked.items():
            if request is not None and await self.agreed(request, diligent=diligent) and name:
                await self._enter(name, attempt.domain, honest_witness=honest_witness)

    async def _enter(self, name: str, domain: str, *, honest_witness: bool) -> None:
        """Enrol with the witness's code, or with a guess where the witness asks who comes; then pass the exam."""
        code = "0000-0000-0000-0000" if honest_witness else await self._code(name)
        persona = Persona(
            login=name.lower(), given_name="Alix", usual_name=name, organisation="–", job="–",
            email=f"alix.{name.lower()}@{domain}", sub=uuid4().hex, siret="12345678900011", idp_id=IDP_ID,
        )  # fmt: skip
        self._personas.append(persona)
        self._provider.know(self._personas)
        async with Browser(self.port) as browser:
            handed = await browser.enrol(persona, code, await self._instant())
            if handed is None:
                return
            body = {"code": handed, "client": CLIENT, "state": browser.state}
            reply = await self.post("/v1/sessions", body, Hijacked("", ""))
        session = Hijacked(reply.json["handle"], CLIENT)
        exam = (await self.post("/v1/awareness/begin", {}, session)).json
        answers = {question["code"]: RIGHT[question["code"]] for question in exam["questions"]}
        judged = await self.post("/v1/awareness/answer", {"exam": exam["exam"], "answers": answers}, session)
        if judged.status != 200 or not judged.json["passed"]:
            raise Unexpected(f"the exam was not passed: {judged.status}")
        row = await self.conn.fetchrow(
            "SELECT account, habilitation FROM guard.session WHERE handle_hash = $1", digest(session.handle)
        )
        assert row is not None, "the door has just answered for it"
        if row["habilitation"] is not None:
            self.accounts.append(Seat(str(row["account"]), str(row["habilitation"]), session=session))

    async def _code(self, name: str) -> str:
        rows = (await self.post("/v1/enrolments/list", {}, self.witness.session)).json["rows"]
        [waiting] = [row for row in rows if name in row["name"]]
        async with Browser(self.port, self.witness.cookie) as browser:
            return await browser.witness(waiting["proof_url"], self.witness.passkey)

    async def confirm(self) -> int:
        """Ask for the end of each probation, and have it agreed to; how many were."""
        done = 0
        for account in self.accounts:
            request = await self.ask("confirmation", {"habilitation": account.habilitation})
            done += request is not None and await self.agreed(request, diligent=False)
        return done


def seat_of(agent: Agent, membership: Membership) -> Seat:
    """The place of an agent in one membership."""
    return Seat(agent.id, habilitation_id(agent, membership))


def _seat(agent: Agent) -> Seat:
    return seat_of(agent, agent.memberships[0])
