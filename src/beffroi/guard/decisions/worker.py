"""The worker: requests wait in one queue; a lane whose turn comes takes all that waits, in one transaction.

No timer: an idle guard serves a lone request at once, a busy one gathers what arrives while the previous batch is
being committed. One lane at most waits for its turn at the database, so a batch is taken as late as possible. A
batch that fails is tried again one by one, so that only the request at fault is refused; nobody is answered an allow
before its commit (I-01). Whatever ends a lane, it begins again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.policy import Policy
from beffroi.core.refusals import Code
from beffroi.guard.decisions import ahead, statements
from beffroi.guard.decisions.ahead import Plan
from beffroi.guard.decisions.asks import Ask, Effect, FreeText, Granted, Law, Manner, Outcome
from beffroi.guard.decisions.batch import CLOCKS_APART, Abandoned, Bench, ClockAstray, OtherPolicy, Prepared, prepare
from beffroi.guard.decisions.connections import connect_hot, refuse_forgetful
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.turnstile import TurnstileGone
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web.problems import Fault

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.metrics import Metrics
    from beffroi.guard.settings import Batching

_LOG: Final = logging.getLogger("beffroi.guard.decisions")
_SHORTEST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0
_ALERT_SECONDS: Final = 60.0
_SHARE: Final = 4
_LEAST_SHARE: Final = 64
"""A session may fill a quarter of the queue, and never less than a page of a list may ask at once."""
_BROKEN: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_POISON: Final = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
_FORGED: Final = (*_POISON, WrappedKeyRefused, SealRefused)


class NotCommitted(RuntimeError):
    """PostgreSQL rolled back where it was told to commit: a statement of the transaction had failed unseen."""


class Worker:
    """Serves the queue on ``batching.connections`` lanes. ``policy`` gives the policy in force, read each batch.

    ``withholds`` says whether nothing may be released now, the journal not being sealed: guard/sealing/watch.py.
    """

    def __init__(
        self,
        dsn: str,
        keys: "Keys",
        policy: Callable[[], Policy],
        batching: "Batching",
        metrics: "Metrics",
        *,
        reload_policy: Callable[[str], "asyncio.Future[None] | Any"] | None = None,
        bench: Bench | None = None,
        withholds: Callable[[], bool] = lambda: False,
    ) -> None:
        self._dsn = dsn
        self._policy = policy
        self._batching = batching
        self._metrics = metrics
        self._bench = bench or Bench(keys)
        self._reload_policy = reload_policy
        self._withholds = withholds
        self._waiting: deque[Ask] = deque()
        self._left: deque[Ask] = deque()
        self._of_session: dict[bytes, int] = {}
        self._share = max(batching.waiting // _SHARE, _LEAST_SHARE)
        self._arrival = asyncio.Event()
        self._turns = asyncio.Lock()
        self._last_write = asyncio.Event()
        self._last_write.set()
        self._ready = 0
        self._alerted_at = -_ALERT_SECONDS
        self._lanes: list[asyncio.Task[None]] = []
        self._first: asyncio.Future[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether a lane has a database to decide with."""
        return self._ready > 0

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return len(self._waiting)

    async def start(self) -> None:
        """Open the lanes. Raises what connecting raises, or NotDurable: a guard without database does not start."""
        self._loop = asyncio.get_running_loop()
        started = [self._loop.create_future() for _ in range(self._batching.connections)]
        self._lanes = [asyncio.create_task(self._lane(ready)) for ready in started]
        failed = [error for error in await asyncio.gather(*started, return_exceptions=True) if error is not None]
        if failed:
            await self.stop()
            raise failed[0]

    async def stop(self) -> None:
        """Close the lanes; whatever still waits is refused."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        self._ready = 0
        self._refuse_waiting()

    def forget(self) -> None:
        """Decide from the rows again: what is remembered may not be what the journal says."""
        self._bench.memory.forget()

    def put(self, ask: Ask) -> None:
        """Queue a request; its ``done`` is called once, at once when there is no database or no room."""
        mine = self._of_session.get(ask.handle_hash, 0)
        if self._ready == 0:
            ask.done(Fault.UNAVAILABLE)
        elif ask.manner is Manner.CHARGE and self._withholds():
            ask.done(Fault.UNSEALED)
        elif len(self._waiting) >= self._batching.waiting or mine >= self._share:
            ask.done(Fault.OVERLOADED)
        else:
            self._of_session[ask.handle_hash] = mine + 1
            ask.waiting_since = self._loop.time()
            self._waiting.append(ask)
            self._arrival.set()

    async def decide(
        self,
        request: Request,
        handle_hash: bytes,
        client_hash: bytes,
        *,
        kind: str = "released",
        manner: Manner = Manner.CHARGE,
        sealed: bool = False,
        detail: str | None = None,
        text: FreeText | None = None,
        effect: Effect | None = None,
        law: Law | None = None,
    ) -> Outcome:
        """Queue one request and wait for its outcome."""
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        ask = Ask(
            request, handle_hash, client_hash, _resolve(answer),
            kind=kind, manner=manner, sealed=sealed, detail=detail, text=text, effect=effect, law=law,
        )  # fmt: skip
        self.put(ask)
        return await answer

    async def _lane(self, started: "asyncio.Future[None]") -> None:
        pause = _SHORTEST_PAUSE
        while True:
            conn = None
            try:
                conn = await connect_hot(self._dsn)
                await refuse_forgetful(conn)
                db = await prepare(conn)
                self._ready += 1
                try:
                    if not started.done():
                        started.set_result(None)
                    pause = _SHORTEST_PAUSE
                    await self._serve(db)
                finally:
                    self._ready -= 1
            except Exception as error:
                if isinstance(error, _BROKEN):
                    _LOG.error("a lane lost its database: %s", type(error).__name__)
                else:
                    _LOG.critical("a lane broke and begins again: %s", type(error).__name__)
                if not started.done():
                    started.set_exception(error)
                    return
            finally:
                if conn is not None:
                    conn.terminate()
            if self._ready == 0:
                self._refuse_waiting()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _serve(self, db: Prepared) -> None:
        """Batch after batch on one connection, until it breaks.

        While one lane's batch is being written, the next lanes judge theirs on what the first will leave.
        """
        owed: list[Ask] = []
        try:
            while True:
                async with self._turns:
                    await self._somebody_waits(db)
                    plan: Plan | list[Ask] = []
                    if self._left:
                        plan = owed = [self._left.popleft() for _ in range(min(len(self._left), self._batching.most))]
                    elif self._bench.judges_ahead:
                        owed = self._take()
                        plan = await self._judge_ahead(db, owed)
                    before = self._last_write
                    if not isinstance(plan, Plan):
                        await before.wait()
                        owed = []
                        await self._from_rows(db, plan)
                        continue
                    mine = self._last_write = asyncio.Event()
                try:
                    await before.wait()
                    outcomes = await self._write_ahead(db, plan)
                finally:
                    mine.set()
                if outcomes is None:
                    owed = plan.asks + plan.left
                else:
                    await asyncio.sleep(0)  # the next lane's batch leaves before these answers are written
                    owed = plan.left
                    self._answer(plan.asks, outcomes)
                if owed:
                    self._left.extend(owed)
                    owed = []
                    self._arrival.set()
        except BaseException:
            _tell_all(owed, Fault.UNAVAILABLE)
            raise

    async def _somebody_waits(self, db: Prepared) -> None:
        while not (self._waiting or self._left):
            self._arrival.clear()
            await self._arrival.wait()
            if db.conn.is_closed():
                raise ConnectionResetError

    async def _judge_ahead(self, db: Prepared, asks: list[Ask]) -> Plan | list[Ask]:
        """What can be written once the batch before it is; the requests, when they must be taken from the rows."""
        if not asks:
            return asks
        try:
            async with asyncio.timeout(self._batching.deadline):
                return await ahead.judge(self._bench, db, asks, self._policy())
        except Exception as error:
            if isinstance(error, _BROKEN) and not isinstance(error, _POISON):
                raise
            _LOG.critical("a batch of %d could not be judged ahead: %s", len(asks), type(error).__name__)
            self._bench.memory.forget()
            return asks

    async def _write_ahead(self, db: Prepared, plan: Plan) -> list[Granted] | None:
        """Commit a plan; ``None`` when its requests must be taken from the rows instead."""
        begun = self._loop.time()
        try:
            async with asyncio.timeout(self._batching.deadline):
                outcomes = await ahead.write(self._bench, db, plan)
        except ahead.Overtaken:
            return None
        except Exception as error:
            if isinstance(error, _BROKEN) and not isinstance(error, _POISON):
                raise
            _LOG.critical("a batch of %d could not be written: %s", len(plan.asks), type(error).__name__)
            return None
        self._metrics.batch(len(plan.asks), self._loop.time() - begun)
        return outcomes

    async def _from_rows(self, db: Prepared, asks: list[Ask]) -> None:
        """Decide under the turn these requests, or all that waits when it has come."""
        try:
            await self._take_turn(db)
        except BaseException:
            _tell_all(asks, Fault.UNAVAILABLE)
            raise
        asks = asks or self._take()
        if asks:
            await self._batch(db, asks)
        else:
            await db.conn.execute("ROLLBACK", timeout=self._batching.deadline)

    async def _take_turn(self, db: Prepared) -> None:
        if await db.conn.execute(statements.TAKE_TURN, timeout=self._batching.deadline) != "UPDATE 1":
            raise TurnstileGone

    def _take(self) -> list[Ask]:
        """All that waits, at most a batch; what waited past its deadline is refused."""
        most = 1 if self._batching.one_by_one else self._batching.most
        too_old = self._loop.time() - self._batching.deadline
        withheld = self._withholds()
        taken: list[Ask] = []
        while self._waiting and len(taken) < most:
            if taken and self._waiting[0].effect is not None:
                break
            ask = self._waiting.popleft()
            self._leaves(ask)
            if ask.waiting_since < too_old:
                _tell(ask, Fault.OVERLOADED)
                continue
            if withheld and ask.manner is Manner.CHARGE:
                _tell(ask, Fault.UNSEALED)
                continue
            taken.append(ask)
            if ask.effect is not None:
                break
        return taken

    async def _batch(self, db: Prepared, asks: Sequence[Ask]) -> None:
        """Judge and commit the batch whose transaction is open, then answer. Raises when the lane is broken."""
        begun = self._loop.time()
        try:
            outcomes = await self._outcomes(db, asks)
        except BaseException:
            _tell_all(asks, Fault.UNAVAILABLE)
            raise
        if outcomes is None:
            await self._one_by_one(db, asks)
        else:
            self._metrics.batch(len(asks), self._loop.time() - begun)
            self._answer(asks, outcomes)

    async def _outcomes(self, db: Prepared, asks: Sequence[Ask]) -> Sequence[Outcome] | None:
        """What the batch came to once its transaction ended; ``None``: it failed, and its requests are worth a retry.

        Raises when the connection may not be used again.
        """
        failed: Exception
        try:
            async with asyncio.timeout(self._batching.deadline):
                judged = await self._bench.run(db, asks, self._policy())
                if await db.conn.execute("COMMIT") != "COMMIT":
                    raise NotCommitted
            self._bench.committed(judged)
            return judged.outcomes
        except Exception as error:
            if isinstance(error, _BROKEN) and not isinstance(error, (*_POISON, ValueError)):
                raise
            failed = error
        await db.conn.execute("ROLLBACK", timeout=self._batching.deadline)
        if isinstance(failed, Abandoned):
            return [failed.outcome]
        if isinstance(failed, OtherPolicy):
            if self._reload_policy is not None:
                await self._reload_policy(failed.version)
            return [Fault.UNAVAILABLE] * len(asks)
        if isinstance(failed, ClockAstray):
            self._alert_of_clock()
            return [Fault.UNAVAILABLE] * len(asks)
        forged = isinstance(failed, _FORGED)
        word = "integrity: " if forged else ""
        _LOG.critical("%sa batch of %d could not be carried out: %s", word, len(asks), type(failed).__name__)
        if len(asks) > 1:
            return None
        return [Refusal(Code.INTEGRITY) if forged else Fault.UNAVAILABLE]

    def _alert_of_clock(self) -> None:
        """Say it once a minute, not once a batch."""
        now = self._loop.time()
        if now - self._alerted_at >= _ALERT_SECONDS:
            self._alerted_at = now
            _LOG.critical("database and host clocks are more than %s apart: nothing opens", CLOCKS_APART)

    async def _one_by_one(self, db: Prepared, asks: Sequence[Ask]) -> None:
        """A batch that failed for one request's sake: each is tried alone, so that only that one suffers."""
        left = deque(asks)
        try:
            while left:
                await self._take_turn(db)
                ask = left.popleft()
                await self._batch(db, [ask])
        finally:
            _tell_all(left, Fault.UNAVAILABLE)

    def _answer(self, asks: Sequence[Ask], outcomes: Sequence[Outcome]) -> None:
        metrics = self._metrics
        for ask, outcome in zip(asks, outcomes, strict=True):
            metrics.decided(ask.kind, outcome if isinstance(outcome, Granted | Fault) else outcome.code)
            _tell(ask, outcome)

    def _leaves(self, ask: Ask) -> None:
        left = self._of_session[ask.handle_hash] - 1
        if left:
            self._of_session[ask.handle_hash] = left
        else:
            del self._of_session[ask.handle_hash]

    def _refuse_waiting(self) -> None:
        self._of_session.clear()
        while self._waiting:
            _tell(self._waiting.popleft(), Fault.UNAVAILABLE)
        while self._left:
            _tell(self._left.popleft(), Fault.UNAVAILABLE)


def _tell(ask: Ask, outcome: Outcome) -> None:
    """Give a request its outcome; that its answer cannot be written is no reason to leave the others without one."""
    try:
        ask.done(outcome)
    except Exception as error:
        _LOG.error("an outcome could not be told: %s", type(error).__name__)


def _tell_all(asks: Iterable[Ask], outcome: Outcome) -> None:
    for ask in asks:
        _tell(ask, outcome)


def _resolve(answer: "asyncio.Future[Outcome]") -> Callable[[Outcome], None]:
    """A ``done`` that fulfils a future, unless whoever waited went away."""

    def done(outcome: Outcome) -> None:
        if not answer.done():
            answer.set_result(outcome)

    return done
