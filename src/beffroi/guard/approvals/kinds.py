"""What a kind of request is: who may make it, how many must agree, what it says, and what it does once agreed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Label
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.stamped import Row
from beffroi.guard.web import bodies

Body = TypeVar("Body", bound=bodies.Strict)


class Line(NamedTuple):
    """One line of a request in plain words: what it is about, and its value, in French and in English."""

    label: Label
    value: Label


def same(text: str) -> Label:
    """What is said alike in both languages."""
    return Label(text, text)


def moment(at: datetime) -> Label:
    """A day and an hour of Paris."""
    local = at.astimezone(PARIS)
    return Label(f"{local:%d/%m/%Y} à {local.hour}\u00a0h\u00a0{local:%M}", f"{local:%d/%m/%Y at %H:%M}")


class Prepared(NamedTuple):
    """A request that can be made. ``content`` is what will be canonical, hashed and shown; JSON values only."""

    organisation: OrganisationId
    beneficiary: AccountId | None
    needed: int
    content: Mapping[str, Any]


class Asked(NamedTuple):
    """A request as it was made: its row, and its content read back and found to be what the digest covers."""

    row: Row
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its UUID text."""
        return str(self.row["id"])

    @property
    def requester(self) -> AccountId:
        """Who made it."""
        return AccountId(str(self.row["requester"]))

    @property
    def organisation(self) -> OrganisationId:
        """Where it is about."""
        return OrganisationId(str(self.row["organisation"]))

    @property
    def beneficiary(self) -> AccountId | None:
        """The account it concerns, where there is one already."""
        found = self.row["beneficiary"]
        return None if found is None else AccountId(str(found))


@dataclass(frozen=True, slots=True)
class Kind(Generic[Body]):
    """One kind of request. The functions run in the caller's transaction; those that write, under the turnstile.

    ``prepare`` judges a request that somebody on ``duty`` makes. ``recheck`` judges it again at each approval, in a
    world that may have changed. ``carry_out`` does what was agreed; an Objection undoes the whole approval. ``words``
    is what approvers read, on the guard's own page: nothing of the content may be left out. Where more than one
    must agree, no two of them are tied to each other, whatever the kind. ``apart``: it gives back what was cut from
    the beneficiary, so approvers stand outside his line as well, and he may be contained. ``beside`` is what the
    guard itself knows of it, for approvers alone: who asks may be a stranger to the account he names. ``about``:
    the accounts that its content speaks against; neither they nor whom they brought in decide it, or are mailed it.
    """

    code: str
    label: Label
    duty: Duty
    body: type[Body]
    prepare: Callable[[Work, OnDuty, Body], Awaitable[Prepared | Objection]]
    recheck: Callable[[Work, Asked], Awaitable[Objection | None]]
    carry_out: Callable[[Work, Asked, tuple[AccountId, ...]], Awaitable[Objection | None]]
    words: Callable[[Work, Asked], Awaitable[tuple[Line, ...]]]
    apart: bool = False
    beside: Callable[[Work, Asked], Awaitable[tuple[Line, ...]]] | None = None
    about: Callable[[Mapping[str, Any]], Sequence[AccountId]] | None = None
