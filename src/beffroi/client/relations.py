"""Who follows whom: calls that change it, and their answers. Names of colleagues are ``Identifying``."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying


class Colleague(Struct, frozen=True):
    """Somebody of one's office who can be a referent: of how many people already, and of how many at most."""

    account: str
    name: Identifying
    people: int
    most: int
    oneself: bool


class Former(Struct, frozen=True):
    """Somebody who can be a referent there no longer, and how many people wait for another."""

    account: str
    name: Identifying
    people: int


class Colleagues(Struct, frozen=True):
    """Colleagues at work who can follow people, by name; ``former``: those who left people behind."""

    rows: tuple[Colleague, ...]
    former: tuple[Former, ...] = ()


class Share(Struct, frozen=True):
    """How many of some people are this account's now; without account, nobody's."""

    account: str | None
    people: int


class Preview(Struct, frozen=True):
    """What handing people over would change, and what the colleague would follow then."""

    people: int
    changing: int
    unchanged: int
    unknown: int
    by_referent: tuple[Share, ...]
    before: int
    after: int
    most: int
    over: bool


class Assigned(Struct, frozen=True):
    """How many were handed over; ``left`` were not tried, because of ``stopped`` (a refusal's code)."""

    assigned: int
    unchanged: int
    unknown: int
    left: tuple[str, ...]
    stopped: str | None


class CoverMade(Struct, frozen=True):
    """A cover, the absent colleague's people, and how many the stand-in has with them."""

    cover: str
    people: int
    together: int


class Cover(Struct, frozen=True):
    """An absence that is covered, and who said so: ``handed``, the absent colleague."""

    cover: str
    absent: str
    absent_name: Identifying
    account: str
    name: Identifying
    from_at: datetime
    until_at: datetime
    handed: bool


class Covers(Struct, frozen=True):
    """Covers of one's office, under way and to come."""

    rows: tuple[Cover, ...]


class Place(Struct, frozen=True):
    """An organisation by its public name."""

    id: str
    name: str


class Organisations(Struct, frozen=True):
    """Other organisations at work, by name."""

    rows: tuple[Place, ...]


class Related(Struct, frozen=True):
    """A relation given until an instant."""

    person: str
    entry: int
    until_at: datetime


class Done(Struct, frozen=True):
    """It is done."""


class TransferAsked(Struct, frozen=True):
    """What was asked, and when it lapses unanswered."""

    transfer: str
    expires_at: datetime


class TransferAgreed(Struct, frozen=True):
    """``person`` where one's own organisation now follows them."""

    person: str | None
    entry: int


class TransferClosed(Struct, frozen=True):
    """``refused`` or ``withdrawn``."""

    status: str


class Transfer(Struct, frozen=True):
    """A transfer as one's own side sees it; ``side`` is giving or receiving."""

    transfer: str
    side: str
    asked_here: bool
    asked_by: Identifying
    other: Place
    person: str | None
    reason: str
    asked_at: datetime
    expires_at: datetime
    status: str
    answer: str | None
    decided_at: datetime | None
    answerable: bool
    withdrawable: bool


class Transfers(Struct, frozen=True):
    """Transfers of late, those that wait first; ``waiting`` for one's own organisation's answer."""

    waiting: int
    rows: tuple[Transfer, ...]


def colleagues(purpose: str) -> Call[Colleagues]:
    """Who of one's office can follow people."""
    return post("/v1/relations/colleagues", {"purpose": purpose}, reads(Colleagues))


def _handing(purpose: str, to: str, people: Sequence[str], portfolio_of: str | None) -> dict[str, Any]:
    whom: dict[str, Any] = {"people": list(people)} if portfolio_of is None else {"portfolio_of": portfolio_of}
    return {"purpose": purpose, "to": to, **whom}


def preview(purpose: str, to: str, *, people: Sequence[str] = (), portfolio_of: str | None = None) -> Call[Preview]:
    """What handing these people, or a colleague's whole portfolio, to ``to`` would change. Changes nothing."""
    body = _handing(purpose, to, people, portfolio_of)
    return post("/v1/relations/preview", body, reads(Preview))


def assign(purpose: str, to: str, *, people: Sequence[str] = (), portfolio_of: str | None = None) -> Call[Assigned]:
    """Make ``to`` the referent of at most 300 people of one's office, or of a colleague's whole portfolio."""
    body = _handing(purpose, to, people, portfolio_of)
    return post("/v1/relations/assign", body, reads(Assigned))


def cover(purpose: str, absent: str, account: str, from_on: date, until_on: date) -> Call[CoverMade]:
    """Let ``account`` stand in for ``absent`` from one day to another, both included (Europe/Paris)."""
    body = {
        "purpose": purpose, "absent": absent, "account": account, "from_on": from_on.isoformat(),
        "until_on": until_on.isoformat(),
    }  # fmt: skip
    return post("/v1/relations/covers/make", body, reads(CoverMade))


def covers(purpose: str) -> Call[Covers]:
    """Covers of one's office, under way and to come."""
    return post("/v1/relations/covers/list", {"purpose": purpose}, reads(Covers))


def end_cover(purpose: str, id_: str) -> Call[Done]:
    """End a cover now."""
    return post("/v1/relations/covers/end", {"purpose": purpose, "cover": id_}, reads(Done))


def organisations(purpose: str, which: Literal["following", "training"]) -> Call[Organisations]:
    """Other organisations at work that follow people, or train them."""
    body = {"purpose": purpose, "which": which}
    return post("/v1/relations/organisations", body, reads(Organisations))


def prescribe(
    purpose: str, person: str, organisation: str, until_on: date, *, kind: str = "prescription"
) -> Call[Related]:
    """Let a training organisation know a person of one's office until a day, included; again: another end."""
    body = {
        "purpose": purpose, "person": person, "organisation": organisation, "until_on": until_on.isoformat(),
        "kind": kind,
    }  # fmt: skip
    return post("/v1/relations/prescribe", body, reads(Related))


def end(purpose: str, person: str, organisation: str, *, kind: str = "prescription") -> Call[Done]:
    """Let it know them no longer."""
    body = {"purpose": purpose, "person": person, "organisation": organisation, "kind": kind}
    return post("/v1/relations/end", body, reads(Done))


def give_back(purpose: str, person: str) -> Call[Done]:
    """Let one's own training organisation know somebody who was prescribed to it no longer."""
    body = {"purpose": purpose, "person": person}
    return post("/v1/relations/give-back", body, reads(Done))


def ask_transfer(purpose: str, person: str, organisation: str, *, side: str, reason: str) -> Call[TransferAsked]:
    """Ask ``organisation`` to take a person over (``side`` giving), or to hand over one found today (receiving)."""
    body = {"purpose": purpose, "person": person, "organisation": organisation, "side": side, "reason": reason}
    return post("/v1/transfers/ask", body, reads(TransferAsked))


def agree_transfer(purpose: str, transfer: str) -> Call[TransferAgreed]:
    """Agree: rights move at once."""
    body = {"purpose": purpose, "transfer": transfer}
    return post("/v1/transfers/agree", body, reads(TransferAgreed))


def refuse_transfer(purpose: str, transfer: str, because: str) -> Call[TransferClosed]:
    """Say no to the other organisation."""
    body = {"purpose": purpose, "transfer": transfer, "because": because}
    return post("/v1/transfers/refuse", body, reads(TransferClosed))


def withdraw_transfer(purpose: str, transfer: str, because: str) -> Call[TransferClosed]:
    """Take back what one's organisation asked."""
    body = {"purpose": purpose, "transfer": transfer, "because": because}
    return post("/v1/transfers/withdraw", body, reads(TransferClosed))


def transfers(purpose: str) -> Call[Transfers]:
    """Transfers of one's organisation."""
    return post("/v1/transfers/list", {"purpose": purpose}, reads(Transfers))
