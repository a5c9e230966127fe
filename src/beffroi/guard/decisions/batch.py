"""One batch, from the requests taken to the moment before its commit, on one connection that holds the turn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.decision import Entitlement, Refusal
from beffroi.core.fields import RECORDED
from beffroi.core.ids import AccountId, PersonId
from beffroi.core.policy import Action, Policy
from beffroi.core.refusals import Code
from beffroi.guard.decisions import judging, literals, statements, writing
from beffroi.guard.decisions.asks import Ask, Ciphertexts, Effect, Granted, Manner, Outcome
from beffroi.guard.decisions.books import Books, BudgetReader
from beffroi.guard.decisions.connections import is_scratch
from beffroi.guard.decisions.facts import FactReader, Known, Shared
from beffroi.guard.decisions.memory import Memory
from beffroi.guard.web.problems import Fault

if TYPE_CHECKING:
    from asyncpg.prepared_stmt import PreparedStatement

    from beffroi.guard.keys import Keys

_NO_BOOKS: Final = ()
CLOCKS_APART: Final = timedelta(minutes=5)
"""How far apart the database's instant and the host's clock may be."""


class OtherPolicy(Exception):
    """The database's active policy is not the one this guard holds: it decides nothing until it has read it."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version


class Abandoned(Exception):
    """A command that was allowed could not be carried out: its transaction must be rolled back."""

    def __init__(self, outcome: Fault | Refusal) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome


class ClockAstray(Exception):
    """The batch's instant is far from this host's clock: one of them is wrong, and nothing is decided meanwhile.

    The instant is never behind the journal (guard.instant): one row of the future would begin all budgets anew.
    """


@dataclass(frozen=True, slots=True)
class Prepared:
    """The statements of one hot connection; ``scratch``: its database is a throw-away, whose clock may be shifted."""

    conn: Any
    scratch: bool
    load_facts: "PreparedStatement"
    load_relations: "PreparedStatement"
    load_findable: "PreparedStatement"
    load_budgets: "PreparedStatement"
    load_ciphertexts: "PreparedStatement"
    count_refusals: "PreparedStatement"
    count_questions: "PreparedStatement"
    write: "PreparedStatement"


async def prepare(conn: Any) -> Prepared:
    """Prepare every statement of the hot path on a connection."""
    prepared = Prepared(
        conn,
        await is_scratch(conn),
        await conn.prepare(statements.LOAD_FACTS),
        await conn.prepare(statements.LOAD_RELATIONS),
        await conn.prepare(statements.LOAD_FINDABLE),
        await conn.prepare(statements.LOAD_BUDGETS),
        await conn.prepare(statements.LOAD_CIPHERTEXTS),
        await conn.prepare(statements.COUNT_REFUSALS),
        await conn.prepare(statements.COUNT_QUESTIONS),
        await conn.prepare(statements.WRITE),
    )
    # The driver prepares without Sync: until a query ends the sequence, the server counts its statement_timeout, and
    # cancels a lane that nobody asks anything for five seconds (PostgreSQL, "Extended Query", 54.2.3).
    await conn.execute("SELECT 1")
    return prepared


class Judged(NamedTuple):
    """A batch before its commit: its outcomes in order, the books it charged, what it was judged on, and how."""

    outcomes: list[Outcome]
    books: Books
    asks: Sequence[Ask]
    known: list[Known]
    shared: Shared
    verdict: judging.Judgement


class Bench:
    """Judges batches: the readers that remember genuine rows, the memory, the keys. Shared by a guard's lanes."""

    def __init__(self, keys: "Keys", facts: FactReader | None = None) -> None:
        self.keys = keys
        self.stamp = keys.authenticator.stamp_encoded
        self.memory = Memory()
        self._remembers = facts is None
        self.facts = facts or FactReader(keys.authenticator)
        self.budgets = BudgetReader(keys.authenticator)

    @property
    def judges_ahead(self) -> bool:
        """Whether the next batch may be judged on the memory; never with a reader of one's own, which drills have."""
        return self._remembers and self.memory.usable

    async def run(self, db: Prepared, asks: Sequence[Ask], policy: Policy) -> Judged:
        """Decide, charge and journal; outcomes in order, to be told only once the caller has committed and said so.

        Raises OtherPolicy, ClockAstray, or whatever the database raises: then nothing may be answered but a refusal.
        """
        applications = {ask.request.application for ask in asks}
        rows = await db.load_facts.fetch(
            literals.binary([None, *[ask.handle_hash for ask in asks]]),
            literals.nullable([None, *[ask.request.person for ask in asks]]),
            literals.texts(applications),
        )
        shared, known = self.facts.read(asks, rows)
        self.memory.turn(shared.number)
        if not db.scratch and abs(shared.clock.at - datetime.now(UTC)) > CLOCKS_APART:
            raise ClockAstray
        if shared.policy is not None and shared.policy != policy.version:
            raise OtherPolicy(shared.policy)
        entitled = judging.entitlements(asks, known, policy)
        for place in await self._gone(db, asks):
            entitled[place] = judging.UNKNOWN
        books = await self._books(db, entitled)
        too_many = await self._questions(db, asks, known, shared, policy)
        verdict = judging.judge(asks, known, entitled, books, too_many, policy)
        await self._seal(db, asks, verdict)
        lines = await writing.refused_lines(db.count_refusals, asks, known, shared, verdict)
        if verdict.revoked:
            lines += await writing.revoke_sessions(db.conn, self.keys, self.facts, known, shared, verdict)
        if any(ask.text is not None for ask in asks):
            await writing.keep_texts(db.conn, self.keys, asks, verdict, shared)
        if len(asks) == 1 and asks[0].effect is not None and isinstance(verdict.outcomes[0], Granted):
            await self._command(db, asks[0].effect, verdict, shared)
            if asks[0].request.action is Action.ERASE:
                verdict.reach.clear()  # charged all the same; but nothing is remembered of who is gone (I-13)
        places, released = writing.granted_lines(asks, verdict.outcomes)
        released += lines
        if released or verdict.used or books.caps or verdict.reach:
            at = shared.clock.at
            rows = writing.rows(self.stamp, self.budgets, books, verdict, released, at, policy.version)
            entries = await writing.write(db.write, rows, None)
            for place, entry in zip(places, entries, strict=False):
                granted = verdict.outcomes[place]
                assert isinstance(granted, Granted), "only what is granted has a place"
                verdict.outcomes[place] = granted._replace(entry=entry)
        return Judged(verdict.outcomes, books, asks, known, shared, verdict)

    def committed(self, judged: Judged) -> None:
        """The batch is durable."""
        self.budgets.committed(judged.books)
        self.memory.committed(judged.shared, judged.asks, judged.known, judged.verdict)
        self.memory.charged(judged.books)

    async def _gone(self, db: Prepared, asks: Sequence[Ask]) -> list[int]:
        """Places of finds whose person was erased, or merged away, since the search looked."""
        found = {
            place: ask.request.person
            for place, ask in enumerate(asks)
            if ask.request.action is Action.FIND and ask.request.person is not None
        }
        if not found:
            return []
        rows = await db.load_findable.fetch(literals.nullable(set(found.values())))
        there = {str(row[0]) for row in rows}
        return [place for place, person in found.items() if person not in there]

    async def _command(self, db: Prepared, effect: Effect, verdict: judging.Judgement, shared: Shared) -> None:
        """Let the command write. Raises Abandoned when it cannot: then nothing is charged either."""
        granted = verdict.outcomes[0]
        assert isinstance(granted, Granted), "only what is granted has an effect"
        done = await effect(db.conn, granted, shared.clock.at)
        if isinstance(done, Fault | Refusal):
            raise Abandoned(done)
        verdict.outcomes[0] = granted._replace(entry=done)

    async def _books(self, db: Prepared, entitled: Sequence[Entitlement | Refusal]) -> Books:
        keys = judging.keys(entitled)
        return self.budgets.read(keys, await db.load_budgets.fetch(literals.texts(keys)) if keys else _NO_BOOKS)

    async def _questions(
        self, db: Prepared, asks: Sequence[Ask], known: Sequence[Known], shared: Shared, policy: Policy
    ) -> frozenset[AccountId]:
        """Count the questions of the batch; the accounts that have asked too many this hour."""
        tally = Counter(
            one.facts.session.account
            for ask, one in zip(asks, known, strict=True)
            if ask.manner is Manner.QUESTION and one.facts.session is not None
        )
        if not tally:
            return frozenset()
        accounts = sorted(tally)
        rows = await db.count_questions.fetch(accounts, shared.clock.hour, [tally[account] for account in accounts])
        return frozenset(AccountId(str(account)) for account, asked in rows if asked > policy.questions_per_hour)

    async def _seal(self, db: Prepared, asks: Sequence[Ask], verdict: judging.Judgement) -> None:
        """Load what the allowed openings will decrypt; a person whose record is gone is unknown."""
        wanted = {
            place: (ask.request.person, outcome.groups)
            for place, (ask, outcome) in enumerate(zip(asks, verdict.outcomes, strict=True))
            if ask.sealed and isinstance(outcome, Granted)
        }
        for place, sealed in (await ciphertexts(db, wanted)).items():
            one = verdict.outcomes[place]
            assert isinstance(one, Granted), "places are of grants"
            verdict.outcomes[place] = Refusal(Code.PERSON_UNKNOWN) if sealed is None else one._replace(sealed=sealed)


async def ciphertexts(
    db: Prepared, wanted: Mapping[int, tuple[PersonId | None, int]]
) -> dict[int, Ciphertexts | None]:
    """Sealed groups by place, of the person and the mask of groups of each; ``None`` where the record is gone."""
    if not wanted:
        return {}
    people, masks = zip(*wanted.values(), strict=True)
    rows = await db.load_ciphertexts.fetch(literals.nullable(people), literals.numbers(masks))
    found = {row[0]: row for row in rows}
    given: dict[int, Ciphertexts | None] = {}
    for n, (place, (_, mask)) in enumerate(wanted.items(), 1):
        row = found.get(n)
        if row is None:
            given[place] = None
            continue
        groups = tuple((name, row[3 + column]) for column, (name, bit) in enumerate(RECORDED.items()) if mask & bit)
        given[place] = Ciphertexts(row[1], row[2], groups, row[-1])
    return given
