"""What a guard remembers between two of its batches, and how it knows that nothing of it has changed.

Every batch and every change of a remembered fact adds one to ``guard.turnstile.number`` (schema/0006_turns.sql). A
guard that finds the number its own last batch left there has missed nothing: what it read since, and what it wrote,
is what the tables hold. It finds another as soon as anybody else has written, and forgets everything.

Only allows are given from here, and a batch judged on it is committed under the condition that the number is still
the same. Every refusal is decided from the rows themselves.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from beffroi.core.budgets import EMPTY, Window
from beffroi.core.decision import Entitlement, Refusal, Standing, entitle, stand
from beffroi.core.facts import ApplicationFacts, Containment, Facts, Reach, Request
from beffroi.core.ids import ApplicationId, PurposeCode, SessionId
from beffroi.core.policy import Action, Policy
from beffroi.guard.decisions.asks import Agent, Ask
from beffroi.guard.decisions.books import Books
from beffroi.guard.decisions.facts import Known, Shared
from beffroi.guard.decisions.judging import Judgement, ReachKey

MOST_AGENTS: Final = 1 << 16
MOST_WINDOWS: Final = 1 << 18
_KEPT_BATCHES: Final = 16
_LONGEST_PATIENCE: Final = 64

StandingKey = tuple[ApplicationId, PurposeCode, Action]
Reached = Mapping[ReachKey, tuple[Reach, int]]
"""New reach rows of one batch, each with the version of the row it replaces (0: none)."""


class Remembered(NamedTuple):
    """A session in use, the fingerprint of the client it was given to, and what it may do of what it has done."""

    client_hash: bytes
    agent: Agent
    standings: dict[StandingKey, Standing]


def entitlement_of(held: Remembered, request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """Steps 1 to 7, the first five as remembered of the session where they still hold."""
    key = (request.application, request.purpose, request.action)
    standing = held.standings.get(key)
    if standing is None or facts.clock.at >= standing.until:
        stood = stand(request, facts, policy)
        if isinstance(stood, Refusal):
            return stood
        standing = held.standings[key] = stood
    return entitle(request, facts, policy, standing)


class Memory:
    """The facts and budgets that this guard's own batches left, as of ``number``.

    ``generation`` changes whenever a batch judged on what was remembered before may no longer be written.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.number: int | None = None
        self.at = datetime.min.replace(tzinfo=UTC)
        self.policy: str | None = None
        self.containment = Containment(True, frozenset(), 0)
        self.applications: dict[ApplicationId, ApplicationFacts] = {}
        self.agents: dict[bytes, Remembered] = {}
        self.windows: dict[str, tuple[Window, int]] = {}
        self._law: Policy | None = None
        self._since = 0
        self._sequence = 0
        self._confirmed = 0
        self._reached: deque[tuple[int, Reached]] = deque(maxlen=_KEPT_BATCHES)
        self._patience = 0
        self._pause = 0

    @property
    def usable(self) -> bool:
        """Whether a batch may be judged on it: something is remembered, and others are not writing all the time."""
        return self.number is not None and self._pause == 0

    def follows(self, number: int | None) -> bool:
        """Whether a snapshot with this number holds nothing but what this guard wrote or remembers."""
        return number is not None and self.number is not None and self._since <= number <= self.number + 1

    def forget(self) -> None:
        """Somebody else wrote, or it is not known whether a batch of one's own was committed."""
        self.generation += 1
        self.number = None
        self.applications.clear()
        self.agents.clear()
        self.windows.clear()
        self._reached.clear()
        self._confirmed = self._sequence

    def crossed(self) -> None:
        """A batch judged ahead found the number changed: so many batches are taken from the rows before the next."""
        self.forget()
        self._patience = min(2 * self._patience + 1, _LONGEST_PATIENCE)
        self._pause = self._patience

    # What a batch taken from the rows leaves

    def turn(self, number: int) -> None:
        """A batch from the rows holds the turn with this number: forget, if it is not the next after one's own."""
        if self.number is not None and number != self.number + 1:
            self.forget()

    def committed(self, shared: Shared, asks: Iterable[Ask], known: Iterable[Known], verdict: Judgement) -> None:
        """A batch from the rows is durable: its facts hold from its own number on."""
        if self.number is None:
            self._since = shared.number
        self.number = shared.number
        self.generation += 1
        self._pause = max(0, self._pause - 1)
        self.wrote_at(shared.clock.at)
        self.learn(shared, asks, known)
        handles = {ask.handle_hash for ask in asks}
        self.used(verdict.used, handles, shared.clock.at)
        for handle in handles:
            held = self.agents.get(handle)
            if held is not None and held.agent.session.id in verdict.revoked:
                del self.agents[handle]

    def learn(self, shared: Shared, asks: Iterable[Ask], known: Iterable[Known]) -> None:
        """Keep genuine facts that were read under the turn, or in a snapshot that :meth:`follows`."""
        if len(self.agents) > MOST_AGENTS:
            self.agents.clear()
        self.policy, self.containment = shared.policy, shared.containment
        self.applications.update(shared.applications)
        for ask, one in zip(asks, known, strict=True):
            agent = one.agent
            if one.forged is None and agent is not None and agent.session.same_client and not agent.session.revoked:
                self.agents[ask.handle_hash] = Remembered(ask.client_hash, agent, {})

    def charged(self, books: Books) -> None:
        """Keep the budgets of a batch as it leaves them."""
        if len(self.windows) > MOST_WINDOWS:
            self.windows.clear()
        windows, versions, charged = self.windows, books.versions, books.caps
        for key, window in books.windows.items():
            version = versions.get(key, 0)
            windows[key] = (window, version + 1 if key in charged else version)

    def know(self, books: Books, keys: Iterable[str]) -> None:
        """Keep genuine budgets read outside a batch; one that never counted anybody has no row."""
        for key in keys:
            if key not in books.forged and key not in self.windows:
                self.windows[key] = (books.windows.get(key, EMPTY), books.versions.get(key, 0))

    def used(self, sessions: set[SessionId], handles: Iterable[bytes], at: datetime) -> None:
        """These sessions were used at this instant, and their rows say so."""
        if not sessions:
            return
        for handle in handles:
            held = self.agents.get(handle)
            if held is not None and held.agent.session.id in sessions:
                session = held.agent.session._replace(seen_at=at)
                self.agents[handle] = held._replace(agent=held.agent._replace(session=session))

    def wrote_at(self, at: datetime) -> None:
        """The clock of a later batch is not behind this instant."""
        self.at = max(self.at, at)

    def under(self, policy: Policy) -> None:
        """What follows is judged under this policy: what sessions may do is not remembered from another."""
        if self._law is not policy:
            self._law = policy
            self.agents.clear()

    # Batches judged ahead: one after another, each on what the earlier will have written

    def mark(self) -> int:
        """Where to look from, later, for what was not yet in the tables when a load was sent."""
        return self._confirmed

    def reached_since(self, mark: int) -> list[Reached] | None:
        """Reach of the batches judged and not known as committed at ``mark``; ``None`` when too many have passed."""
        found = [reached for sequence, reached in self._reached if sequence > mark]
        return found if len(found) == self._sequence - mark else None

    def judged(self, reached: Reached) -> int:
        """A batch was judged; the next is judged on what it leaves. Gives its sequence number."""
        self._sequence += 1
        self._reached.append((self._sequence, reached))
        return self._sequence

    def confirmed(self, sequence: int) -> None:
        """The batch is durable."""
        assert self.number is not None, "a batch judged ahead followed a number"
        self.number += 1
        self._confirmed = sequence
        self._patience //= 2
