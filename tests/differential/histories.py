"""A guard driven without HTTP, over a real database: each method is one command as its door gives it, or one round of
the worker. ``begin`` and ``end`` build and drop its services, so that a history may restart the guard anywhere."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg

from beffroi.core.approvals import Objection, State
from beffroi.core.decision import Refusal, Standing, found, stand
from beffroi.core.duty import Duty, on_duty
from beffroi.core.facts import Request
from beffroi.core.ids import AccountId, HabilitationId, OrganisationId
from beffroi.core.policy import Action
from beffroi.core.reviewing import Verdict
from beffroi.guard import stamped, turnstile
from beffroi.guard.approvals import deciding, making
from beffroi.guard.approvals.deciding import NotCarriedOut
from beffroi.guard.approvals.registry import KINDS
from beffroi.guard.awareness import exams
from beffroi.guard.containing import cutting, permission, scopes
from beffroi.guard.containing.scopes import By
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.duties import OnDuty, Work, facts_of
from beffroi.guard.habilitations import creating, proofing
from beffroi.guard.keys import Keys
from beffroi.guard.metrics import Metrics
from beffroi.guard.migrations import ensure_journal_partitions
from beffroi.guard.reviewing import closing, opening, sittings
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.signin import enrolments
from beffroi.guard.signin.recognising import may_enter
from beffroi.guard.signin.signing import Signed
from beffroi.guard.sweeping import leaving
from beffroi.guard.sweeping.leavers import Source
from beffroi.guard.sweeping.sweep import sweep
from spec.habilitations import Held
from tests.guard import world as worlds
from tests.guard.world import CASES, CLIENT, FOLLOW_UP, POLICY, AgentOfTest, World

Act = Callable[[Work, OnDuty], Awaitable[Any]]
SHIFT = 'INSERT INTO guard.drill_clock (shift) VALUES ($1) ON CONFLICT ("only") DO UPDATE SET shift = $1'
PEOPLE = """
SELECT id, status, pools, attested_until, reviewed_until, requested_by, approved_by, subject_index FROM guard.account
"""
KIND_OF = {code: role.kind.value for code, role in POLICY.roles.items()}


class _Undone(Exception):
    """A command that was refused leaves nothing."""

    def __init__(self, why: Any) -> None:
        super().__init__(type(why).__name__)
        self.why = why


class Given(NamedTuple):
    """What came of a command: an answer, or why not; and the instant it was judged at."""

    answer: Any
    at: datetime

    @property
    def refused(self) -> bool:
        """Whether it was refused by the decision itself: nobody on duty."""
        return isinstance(self.answer, Refusal)

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return not isinstance(self.answer, Refusal | Objection)


@dataclass(slots=True)
class Network:
    """Two offices and the network, their guard, and the handles that were ever given."""

    dsn: str
    parts: tuple[bytes, ...] = field(default_factory=lambda: tuple(secrets.token_bytes(32) for _ in range(4)))
    world: World = field(init=False)
    pool: asyncpg.Pool = field(init=False)
    worker: Worker = field(init=False)
    shifted: timedelta = timedelta()
    people: dict[str, Any] = field(default_factory=dict)
    handles: list[AgentOfTest] = field(default_factory=list)

    def _keys(self) -> Keys:
        master, blind, mac, session = self.parts
        return Keys({1: master}, 1, blind=blind, mac=mac, session=session)

    async def lay(self) -> None:
        """Organisations, an application, a roster, one person followed by each office."""
        self.world = await worlds.build(self.dsn, self._keys())
        await self.world.organisation("Network", kind="network")
        for name in ("North", "South"):
            office = self.world.offices[name]
            await self.world.insert(
                "roster_domain", id=str(uuid4()), organisation=office, domain="north.example", ended_at=None
            )
            self.people[office] = await self.world.person(office)
        await self.world.insert(
            "roster_domain", id=str(uuid4()), organisation=self.world.offices["Network"], domain="north.example",
            ended_at=None,
        )  # fmt: skip
        await self.begin()

    async def begin(self) -> None:
        """Build the guard's services on the database as it is."""
        self.pool = await asyncpg.create_pool(self.dsn, min_size=1, max_size=2)
        self.worker = Worker(self.dsn, self.world.keys, lambda: POLICY, Batching(connections=1), Metrics())
        await self.worker.start()

    async def end(self) -> None:
        """Drop them."""
        await self.worker.stop()
        await self.pool.close()
        await self.world.conn.close()

    async def restart(self) -> None:
        """Another process: its own connections, its own keys read again, nothing remembered."""
        await self.end()
        offices = self.world.offices
        self.world = World(await asyncpg.connect(self.dsn), self._keys(), offices=offices)
        await self.begin()

    async def pass_time(self, days: int) -> None:
        """Days go by."""
        self.shifted += timedelta(days=days)
        await self.world.conn.execute(SHIFT, self.shifted)
        await ensure_journal_partitions(self.world.conn, 24)

    async def command(self, seat: Held, duty: Duty, act: Act) -> Given:
        """One command under a habilitation, with a session of its own, as ``guard.duties.with_duty`` gives it.

        Whoever sits there signs in a moment before: nothing but the facts of the account may refuse.
        """
        conn, keys, at = self.world.conn, self.world.keys, await self.world.now()
        try:
            async with conn.transaction():
                await turnstile.take(conn)
                session = await self._session(seat)
                work, facts = await facts_of(conn, keys, POLICY, CASES, session.handle_hash, digest(CLIENT))
                at = work.now
                role = on_duty(duty, CASES, facts, POLICY)
                if isinstance(role, Refusal):
                    raise _Undone(role)
                answer = await act(work, OnDuty(*found(facts), role))
                if isinstance(answer, Objection):
                    raise _Undone(answer)
                return Given(answer, at)
        except _Undone as undone:
            return Given(undone.why, at)
        except NotCarriedOut as undone:
            return Given(undone.objection, at)
        except scopes.ContainingRefused as refused:
            return Given(refused.objection, at)

    async def _session(self, seat: Held) -> AgentOfTest:
        return await self.world.sign_in(
            AccountId(seat.account), HabilitationId(seat.habilitation), OrganisationId(seat.organisation), seat.kind
        )

    async def request(self, seat: Held, kind: str, **body: Any) -> Given:
        """POST /v1/requests/make."""
        wanted = KINDS[kind]

        async def act(work: Work, by: OnDuty) -> Any:
            return await making.make(work, by, wanted, wanted.body(**body))

        return await self.command(seat, wanted.duty, act)

    async def access(self, seat: Held, email: str, role: str, organisation: str, today: date, days: int) -> Given:
        """A request for access."""
        return await self.request(
            seat, "access", roles=(role,), applications=(CASES,), first_name="Nora", last_name="Petit", email=email,
            job="Conseillère", from_on=str(today), until_on=str(today + timedelta(days=days)),
            organisation=organisation,
        )  # fmt: skip

    async def approve(self, seat: Held, request: str) -> Given:
        """The word of an approver, as the page takes it once the passkey's assertion was verified."""

        async def act(work: Work, by: OnDuty) -> Any:
            asked = await deciding.standing_of(work, by, request)
            if isinstance(asked, Objection):
                return asked
            return await deciding.approve(work, by, asked, Signed(str(uuid4()), uuid4().bytes, "{}"))

        return await self.command(seat, Duty.APPROVE, act)

    async def refuse(self, seat: Held, request: str) -> Given:
        """The other word."""

        async def act(work: Work, by: OnDuty) -> Any:
            asked = await deciding.standing_of(work, by, request)
            return asked if isinstance(asked, Objection) else await deciding.refuse(work, by, asked, "Inconnue ici")

        return await self.command(seat, Duty.APPROVE, act)

    async def withdraw(self, seat: Held, request: str) -> Given:
        """POST /v1/requests/withdraw."""

        async def act(work: Work, by: OnDuty) -> Any:
            return await making.withdraw(work, by, request)

        return await self.command(seat, Duty.REQUEST, act)

    async def hand_over(self, seat: Held, account: str) -> Given:
        """An enrolment code, by somebody who looked at an identity card."""

        async def act(work: Work, by: OnDuty) -> Any:
            seen = await proofing.waiting(work, by, account)
            return seen if isinstance(seen, Objection) else await proofing.issue(work, by, seen, "passport")

        return await self.command(seat, Duty.PROOF, act)

    async def enrol(self, account: str, code: str) -> bool:
        """The person types the code and keeps a factor, as ``guard.signin.enrolling`` does it in one piece."""
        conn, keys = self.world.conn, self.world.keys
        async with conn.transaction():
            await turnstile.take(conn)
            now = await self.world.now()
            row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
            if row["status"] not in ("active", "invited") or not await may_enter(
                conn, keys, CASES, account, watcher=True
            ):
                return False
            checked = await enrolments.check(conn, keys, AccountId(account), code, now)
            kept = None if checked is None else await enrolments.still_open(conn, checked, now)
            if kept is None:
                return False
            await stamped.amend(conn, keys, "enrolment", kept, used_at=now)
            if row["subject_index"] is None:
                await stamped.amend(conn, keys, "account", row, subject_index=uuid4(), idp_id="idp", status="active")
            await creating.enrolled(Work(conn, keys, POLICY, now), account)
            return True

    async def exam(self, account: str, *, right: bool) -> datetime | None:
        """An exam of this account's course; until when it attests, ``None`` when it does not."""
        conn, keys = self.world.conn, self.world.keys
        async with conn.transaction():
            await turnstile.take(conn)
            work = Work(conn, keys, POLICY, await self.world.now())
            row = await conn.fetchrow("SELECT status FROM guard.account WHERE id = $1", account)
            may = await may_enter(conn, keys, CASES, account, watcher=True)
            course = await exams.course_of(work, AccountId(account))
            if row["status"] != "active" or not may or course is None:
                return None
            begun = await exams.begin(work, course, AccountId(account), str(uuid4()))
            if not isinstance(begun, Mapping | asyncpg.Record):
                return None
            asked = exams.questions_of(course, begun)
            wrong = {one.code: frozenset(range(len(one.choices))) - one.right or frozenset({0}) for one in asked}
            given = {one.code: one.right for one in asked} if right else wrong
            judged = await exams.answer(
                work, course, AccountId(account), str(uuid4()), str(begun["id"]), given
            )  # fmt: skip
            assert isinstance(judged, exams.Judged)
            assert judged.mark.passed == right
            return judged.account["attested_until"] if right else None

    async def suspend(self, seat: Held, account: str) -> Given:
        """POST /v1/containments/suspend."""

        async def act(work: Work, by: OnDuty) -> Any:
            against = await permission.to_suspend(work, by, AccountId(account))
            if against is not None:
                return against
            return await cutting.suspend(work, AccountId(account), "exercise", _by(by))

        return await self.command(seat, Duty.SUSPEND, act)

    async def contain(self, seat: Held, kind: str, scope: str) -> Given:
        """POST /v1/containments/make."""

        async def act(work: Work, by: OnDuty) -> Any:
            named = scopes.read(kind, scope)
            against = await permission.objection(work, by, named)
            return against or await cutting.cut_off(work, named, "exercise", _by(by))

        return await self.command(seat, Duty.CONTAIN, act)

    async def contain_from_host(self, kind: str, scope: str) -> str:
        """`beffroi contain`, which asks nobody."""
        done = await cutting.contain(
            self.world.conn, self.world.keys, POLICY, kind, scope, reason="exercise", operator="night"
        )
        return done.id

    async def leave(self, seat: Held, account: str, organisation: str) -> Given:
        """POST /v1/leave."""

        async def act(work: Work, by: OnDuty) -> Any:
            place = OrganisationId(organisation)
            if not by.reaches(place):
                return Objection.OUT_OF_REACH
            alone = not (by.everywhere or by.role.kind.value in ("security", "founder"))
            return await leaving.leave(
                work, AccountId(account), place, Source.MANAGER, by=by.account.id, alone=alone
            )  # fmt: skip

        return await self.command(seat, Duty.LEAVE, act)

    async def open_campaign(self, organisation: str) -> int:
        """A review of an organisation begins, unless one runs."""
        world = self.world
        return await opening.open_now(world.conn, world.keys, POLICY, await world.now(), OrganisationId(organisation))

    async def review(self, seat: Held, campaign: str, verdicts: Mapping[str, Verdict]) -> Given:
        """A sitting prepared and signed."""

        async def act(work: Work, by: OnDuty) -> Any:
            row = await sittings.campaign_of(work, by, campaign)
            drawn = row if isinstance(row, Objection) else await sittings.draw(
                work, by, row, dict(verdicts), together=False
            )  # fmt: skip
            sitting = drawn if isinstance(drawn, Objection) else await sittings.drawn(work, by, str(drawn["id"]))
            if isinstance(sitting, Objection):
                return sitting
            await sittings.sign(work, by, sitting, Signed(str(uuid4()), uuid4().bytes, "{}"))
            return State.APPROVED

        return await self.command(seat, Duty.REVIEW, act)

    async def sweep_reviews(self) -> None:
        """The worker's round over campaigns."""
        world = self.world
        await closing.sweep(world.conn, world.keys, POLICY, await world.now())

    async def sweep(self) -> Counter[str]:
        """The worker's round over accounts."""
        return await sweep(self.pool, self.world.keys, POLICY)

    async def work_at(self, seat: Held) -> None:
        """Sign in and stay signed in: the console keeps the handle for ever."""
        self.handles.append(await self._session(seat))

    async def opens(self, agent: AgentOfTest) -> bool:
        """Whether a handle opens the file of the person its office follows, through the guard's worker."""
        person = self.people.get(agent.organisation)
        outcome = await self.worker.decide(self.world.request(person), agent.handle_hash, digest(CLIENT))
        return isinstance(outcome, Granted)

    async def readers(self, seats: Collection[Held]) -> tuple[set[str], datetime]:
        """Habilitations under which files could be read now, by somebody who has just signed in; nothing stays."""
        conn, reading = self.world.conn, set()
        wanted = Request(Action.OPEN, CASES, FOLLOW_UP, None, 1, None)
        transaction = conn.transaction()
        await transaction.start()
        try:
            at = await self.world.now()
            for seat in seats:
                session = await self._session(seat)
                _, facts = await facts_of(
                    conn, self.world.keys, POLICY, CASES, session.handle_hash, digest(CLIENT)
                )  # fmt: skip
                if isinstance(stand(wanted, facts, POLICY), Standing):
                    reading.add(seat.habilitation)
            return reading, at
        finally:
            await transaction.rollback()

    async def rows(self, query: str, *values: object) -> list[Any]:
        """Rows of the database, for comparing."""
        return list(await self.world.conn.fetch(query, *values))

    async def accounts(self) -> dict[str, Any]:
        """Every account's row, by id."""
        return {str(row["id"]): row for row in await self.rows(PEOPLE)}

    async def habilitations(self) -> dict[str, Any]:
        """Every habilitation's row, by id."""
        return {str(row["id"]): row for row in await self.rows("SELECT * FROM guard.habilitation")}


def _by(by: OnDuty) -> By:
    return By(by.account.id, by.session.id, by.organisation.id)
