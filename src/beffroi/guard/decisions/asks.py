"""What the doors put to the hot path, and what comes back once it is durable."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from beffroi.core.budgets import Caps, Spent, Window, spent
from beffroi.core.decision import Entitlement, Refusal
from beffroi.core.disclosure import DISCLOSED
from beffroi.core.facts import AccountFacts, Facts, HabilitationFacts, OrganisationFacts, Request, SessionFacts
from beffroi.core.ids import Bucket, EntryNumber
from beffroi.core.policy import Policy
from beffroi.guard.web.problems import Fault

if TYPE_CHECKING:
    import asyncpg


class Manner(Enum):
    """What a request may do: be charged and journaled; be counted as a question; only say who asks."""

    CHARGE = "charge"
    QUESTION = "question"
    IDENTIFY = "identify"


class Agent(NamedTuple):
    """Who asked, as the facts of the decision had it."""

    session: SessionFacts
    account: AccountFacts
    habilitation: HabilitationFacts
    organisation: OrganisationFacts


class Paid(NamedTuple):
    """The account's budget that an opening drew on, as it stands after it."""

    bucket: Bucket
    window: Window
    caps: Caps

    @property
    def spent(self) -> Spent:
        """People counted in each span."""
        return spent(self.window)


class Ciphertexts(NamedTuple):
    """One person's sealed groups, limited to those of the decision."""

    epoch: int
    wrapped_key: bytes
    groups: tuple[tuple[str, bytes | None], ...]
    version: int


class Granted(NamedTuple):
    """Allowed, and durable. ``entry`` is the journal's number, ``None`` for a question."""

    entry: EntryNumber | None
    groups: int
    explanation: str
    paid: Paid | None
    agent: Agent
    sealed: Ciphertexts | None


Outcome = Granted | Refusal | Fault
Effect = Callable[["asyncpg.Connection", Granted, datetime], Awaitable[EntryNumber | Fault | Refusal]]
"""What an allowed command writes in its own batch, at its instant: the entry it journaled, or why it cannot."""


Law = Callable[[Request, Facts, Policy], Entitlement | Refusal]
"""Steps 1 to 7 of a command that the law judges otherwise than by :func:`beffroi.core.decision.entitle`: pure."""


class Ask:
    """One request waiting for its decision. ``done`` is called once, after the commit, with its outcome.

    ``kind`` is the journal's word for an allow; ``sealed`` asks for the ciphertexts of what is allowed; ``detail`` is
    the journal's small JSON. ``text`` is the free text of a break-glass opening. ``effect`` makes it a command: it
    gets a batch to itself and journals its own entry; ``law`` judges it where it is not the ordinary one. Raises
    ValueError for a charge of a kind nobody classified.
    """

    __slots__ = (
        "client_hash", "detail", "done", "effect", "handle_hash", "kind", "law", "manner", "request", "sealed",
        "text", "waiting_since",
    )  # fmt: skip

    def __init__(
        self,
        request: Request,
        handle_hash: bytes,
        client_hash: bytes,
        done: Callable[[Outcome], None],
        *,
        kind: str = "released",
        manner: Manner = Manner.CHARGE,
        sealed: bool = False,
        detail: str | None = None,
        text: "FreeText | None" = None,
        effect: Effect | None = None,
        law: Law | None = None,
    ) -> None:
        if kind not in DISCLOSED and manner is Manner.CHARGE and effect is None:
            raise ValueError(f"say in core/disclosure.py what an entry {kind!r} about a person discloses")
        self.request = request
        self.handle_hash = handle_hash
        self.client_hash = client_hash
        self.done = done
        self.kind = kind
        self.manner = manner
        self.sealed = sealed
        self.detail = detail
        self.text = text
        self.effect = effect
        self.law = law
        self.waiting_since = 0.0


class FreeText(msgspec.Struct, frozen=True):
    """A break-glass reason in clear, until the batch knows whose key seals it; never journaled."""

    id: str
    text: str

    def __repr__(self) -> str:
        return "FreeText(«redacted»)"
