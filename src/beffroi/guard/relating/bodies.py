"""Bodies of the doors of this room."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from beffroi.core.relating import MOST_AT_ONCE
from beffroi.guard.web import bodies

Reason = Literal["moved", "person-asks", "other-followup"]
Because = Literal["person-declines", "stays-followed", "wrong-person", "asked-by-mistake"]
Granting = Literal["prescription", "enrolment"]


class Purposed(bodies.Strict, frozen=True):
    """Body of whatever is asked about nobody in particular."""

    purpose: bodies.Code


class Handing(bodies.Strict, frozen=True):
    """Body of /v1/relations/preview and assign: to whom, and either these people or all of a colleague's."""

    purpose: bodies.Code
    to: bodies.PersonText
    people: Annotated[tuple[bodies.PersonText, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    portfolio_of: bodies.PersonText | None = None


class Resuming(bodies.Strict, frozen=True):
    """Body of /v1/relations/resume."""

    purpose: bodies.Code
    person: bodies.PersonText


class ByPresence(bodies.Strict, frozen=True):
    """Body of /v1/relations/by-presence: the code as the person shows it, in any spelling."""

    purpose: bodies.Code
    code: Annotated[str, Meta(min_length=1, max_length=40)]


class Covering(bodies.Strict, frozen=True):
    """Body of /v1/relations/covers/make: who is absent, who stands in, first and last day (Europe/Paris)."""

    purpose: bodies.Code
    absent: bodies.PersonText
    account: bodies.PersonText
    from_on: date
    until_on: date


class OneCover(bodies.Strict, frozen=True):
    """Body of /v1/relations/covers/end."""

    purpose: bodies.Code
    cover: bodies.PersonText


class Organisations(bodies.Strict, frozen=True):
    """Body of /v1/relations/organisations: those that follow people, or those that train them."""

    purpose: bodies.Code
    which: Literal["following", "training"]


class Prescribing(bodies.Strict, frozen=True):
    """Body of /v1/relations/prescribe: the training organisation knows the person until this day, included."""

    purpose: bodies.Code
    person: bodies.PersonText
    organisation: bodies.PersonText
    until_on: date
    kind: Granting = "prescription"


class Ending(bodies.Strict, frozen=True):
    """Body of /v1/relations/end."""

    purpose: bodies.Code
    person: bodies.PersonText
    organisation: bodies.PersonText
    kind: Granting = "prescription"


class GivingBack(bodies.Strict, frozen=True):
    """Body of /v1/relations/give-back."""

    purpose: bodies.Code
    person: bodies.PersonText


class Asking(bodies.Strict, frozen=True):
    """Body of /v1/transfers/ask: ``side`` is one's own; ``organisation`` the other one."""

    purpose: bodies.Code
    person: bodies.PersonText
    organisation: bodies.PersonText
    side: Literal["giving", "receiving"]
    reason: Reason


class OneTransfer(bodies.Strict, frozen=True):
    """Body of /v1/transfers/agree."""

    purpose: bodies.Code
    transfer: bodies.PersonText


class Declining(bodies.Strict, frozen=True):
    """Body of /v1/transfers/refuse and withdraw."""

    purpose: bodies.Code
    transfer: bodies.PersonText
    because: Because
