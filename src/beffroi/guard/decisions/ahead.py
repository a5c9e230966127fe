"""A batch judged before its turn, on what the guard remembers; written in one call if nothing has changed meanwhile.

It gives allows only. Whatever it cannot allow, and whatever it does not know how to carry out (questions, finds,
commands, free texts), is left for a batch taken from the rows (:mod:`beffroi.guard.decisions.batch`), which decides
it under the turn.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from beffroi.core.decision import Entitlement, Refusal
from beffroi.core.facts import Facts, RelationFacts
from beffroi.core.policy import Action, Policy
from beffroi.guard.decisions import judging, literals, writing
from beffroi.guard.decisions.asks import Ask, Granted, Manner
from beffroi.guard.decisions.batch import CLOCKS_APART, Bench, Prepared, ciphertexts
from beffroi.guard.decisions.books import Books
from beffroi.guard.decisions.facts import Known, clock_at
from beffroi.guard.decisions.memory import Remembered, entitlement_of
from beffroi.guard.decisions.rows import Forged


class Plan(NamedTuple):
    """What will be written when its turn comes, and ``left``, which must be decided from the rows.

    ``generation`` and ``sequence`` place it among the batches judged on one memory.
    """

    asks: list[Ask]
    outcomes: list[Granted]
    left: list[Ask]
    books: Books
    rows: writing.Rows
    generation: int
    sequence: int


class Overtaken(Exception):
    """Somebody else wrote since the batch was judged: nothing was written, and it must be decided from the rows."""


def _is_ordinary(ask: Ask) -> bool:
    """Whether the ordinary law judges it, and it does nothing but be charged: what the memory is enough for.

    What has a law of its own (an export, a message) answers to other budgets and groups than the memory's.
    """
    does_nothing = ask.manner is Manner.CHARGE and ask.effect is None and ask.text is None
    return does_nothing and ask.law is None and ask.request.action is not Action.FIND


async def judge(bench: Bench, db: Prepared, asks: Sequence[Ask], policy: Policy) -> Plan | list[Ask]:
    """Judge what the memory can allow; the requests alone when it can allow none.

    No await lies between the judgement and the return, so that plans are written in the order they were judged in.
    Raises what the database raises.
    """
    memory = bench.memory
    memory.under(policy)
    generation, mark = memory.generation, memory.mark()
    fit: list[Ask] = []
    left: list[Ask] = []
    for ask in asks:
        (fit if _is_ordinary(ask) else left).append(ask)
    if not fit or not await _learn(bench, db, fit):
        return list(asks)
    if memory.policy is not None and memory.policy != policy.version:
        return list(asks)
    agents: list[Remembered] = []
    ready: list[Ask] = []
    for ask in fit:
        held = memory.agents.get(ask.handle_hash)
        if held is None or held.client_hash != ask.client_hash or ask.request.application not in memory.applications:
            left.append(ask)
        else:
            ready.append(ask)
            agents.append(held)
    if not ready:
        return left
    rows = await db.load_relations.fetch(
        literals.nullable([ask.request.person for ask in ready]),
        literals.ids([held.agent.account.id for held in agents]),
        literals.ids([held.agent.organisation.id for held in agents]),
    )
    at, number = rows[0][12], rows[0][13]
    if not memory.follows(number) or (not db.scratch and abs(at - datetime.now(UTC)) > CLOCKS_APART):
        memory.forget()
        return list(asks)
    known, entitled = _entitled(bench, ready, agents, rows, max(at, memory.at), policy)
    sealed = await _sealed(db, ready, entitled)
    await _load_budgets(bench, db, entitled)
    # From here to the return nothing waits: what earlier batches have charged cannot change under this one.
    reached = memory.reached_since(mark)
    if generation != memory.generation or reached is None:
        return list(asks)
    for place, (ask, one) in enumerate(zip(ready, known, strict=True)):
        for earlier in reached:
            row = earlier.get((agents[place].agent.account.id, ask.request.person))  # type: ignore[arg-type]
            if row is not None:
                one = known[place] = one._replace(facts=one.facts._replace(reach=row[0]), reach_version=row[1] + 1)
    books = _books(bench, entitled)
    verdict = judging.judge(ready, known, entitled, books, frozenset(), policy)
    granted: list[Ask] = []
    outcomes: list[Granted] = []
    for place, (ask, outcome) in enumerate(zip(ready, verdict.outcomes, strict=True)):
        if not isinstance(outcome, Granted):
            left.append(ask)
            continue
        granted.append(ask)
        outcomes.append(outcome if place not in sealed else outcome._replace(sealed=sealed[place]))
    if not granted:
        return left
    at = known[0].facts.clock.at
    lines = writing.granted_lines(granted, outcomes)[1]
    memory.charged(books)
    memory.used(verdict.used, [ask.handle_hash for ask in granted], at)
    memory.wrote_at(at)
    rows_to_write = writing.rows(bench.stamp, bench.budgets, books, verdict, lines, at, policy.version)
    return Plan(granted, outcomes, left, books, rows_to_write, generation, memory.judged(verdict.reach))


async def write(bench: Bench, db: Prepared, plan: Plan) -> list[Granted]:
    """Commit a plan, the earlier ones having been written. Raises Overtaken, or what the database raises."""
    memory = bench.memory
    if plan.generation != memory.generation:
        raise Overtaken
    try:
        entries = await writing.write(db.write, plan.rows, memory.number)
    except BaseException:
        memory.forget()  # whether it was committed is not known
        raise
    if not entries:
        memory.crossed()
        raise Overtaken
    if plan.generation == memory.generation:  # another lane may have seen a later change before this answer came
        memory.confirmed(plan.sequence)
    bench.budgets.committed(plan.books)
    return [outcome._replace(entry=entry) for outcome, entry in zip(plan.outcomes, entries, strict=True)]


async def _learn(bench: Bench, db: Prepared, asks: Sequence[Ask]) -> bool:
    """Read who asks, where it is not remembered; whether the memory is still good."""
    memory = bench.memory
    unknown = list(
        {
            ask.handle_hash: ask
            for ask in asks
            if ask.handle_hash not in memory.agents or ask.request.application not in memory.applications
        }.values()
    )
    if not unknown:
        return True
    generation = memory.generation
    rows = await db.load_facts.fetch(
        literals.binary([None, *[ask.handle_hash for ask in unknown]]),
        literals.nullable([None] * (len(unknown) + 1)),
        literals.texts({ask.request.application for ask in unknown}),
    )
    shared, known = bench.facts.read(unknown, rows)
    if generation != memory.generation:
        return False  # what was read may be older than what the memory has learnt since, or been told to forget
    if not memory.follows(shared.number):
        memory.forget()
        return False
    memory.learn(shared, unknown, known)
    return True


def _entitled(
    bench: Bench, asks: Sequence[Ask], agents: Sequence[Remembered], rows: Sequence[Any], at: datetime, policy: Policy
) -> tuple[list[Known], list[Entitlement | Refusal]]:
    """Steps 1 to 7 of each request, on its rows of load_relations.sql."""
    memory, clock, related = bench.memory, clock_at(at), bench.facts.related
    containment, applications = memory.containment, memory.applications
    known: list[Known] = []
    entitled: list[Entitlement | Refusal] = []
    for ask, held, own in zip(asks, agents, _by_request(rows, len(asks)), strict=True):
        request, agent, forged = ask.request, held.agent, None
        relations: tuple[RelationFacts, ...] = ()
        reach, version = None, 0
        if request.person is not None:
            try:
                relations, reach, version = related(request.person, agent, own)
            except Forged as error:
                forged = error.table
        facts = Facts(clock, containment, applications[request.application], *agent, relations, reach)
        known.append(Known(facts, forged, None, version, agent))
        entitled.append(judging.FORGED if forged is not None else entitlement_of(held, request, facts, policy))
    return known, entitled


def _by_request(rows: Sequence[Any], count: int) -> Sequence[Sequence[Any]]:
    """Rows of each request: one, or as many as it has relations."""
    if len(rows) == count:
        return [(row,) for row in rows]
    of_request: list[list[Any]] = [[] for _ in range(count)]
    for row in rows:
        of_request[row[0] - 1].append(row)
    return of_request


async def _sealed(db: Prepared, asks: Sequence[Ask], entitled: list[Entitlement | Refusal]) -> dict[int, Any]:
    """Ciphertexts of entitled openings, limited to their groups; nobody whose record is gone is entitled."""
    wanted = {
        place: (ask.request.person, one.groups)
        for place, (ask, one) in enumerate(zip(asks, entitled, strict=True))
        if ask.sealed and isinstance(one, Entitlement)
    }
    found = await ciphertexts(db, wanted)
    for place, sealed in found.items():
        if sealed is None:
            entitled[place] = judging.UNKNOWN
    return found


async def _load_budgets(bench: Bench, db: Prepared, entitled: Sequence[Entitlement | Refusal]) -> None:
    """Read the budgets that would pay and are not remembered."""
    windows = bench.memory.windows
    missing = [key for key in judging.keys(entitled) if key not in windows]
    if missing:
        generation = bench.memory.generation
        read = bench.budgets.read(missing, await db.load_budgets.fetch(literals.texts(missing)))
        if generation == bench.memory.generation:
            bench.memory.know(read, missing)


def _books(bench: Bench, entitled: Sequence[Entitlement | Refusal]) -> Books:
    books = Books({}, {}, set(), {})
    held = bench.memory.windows
    for key in judging.keys(entitled):
        found = held.get(key)
        if found is None:
            books.forged.add(key)  # not genuine, or just forgotten: left for the rows
        else:
            books.windows[key], books.versions[key] = found
    return books
