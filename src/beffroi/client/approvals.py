"""Requests that take a second person: calls and their answers. Names of colleagues are ``Identifying``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads, typed
from beffroi.core.identifying import Identifying


class Place(Struct, frozen=True):
    """An organisation by its public name."""

    id: str
    name: str


class Summary(Struct, frozen=True):
    """A line of a list of requests. ``status`` is pending, approved, refused, withdrawn or expired."""

    id: str
    kind: str
    label: Label
    status: str
    organisation: Place
    requester: Identifying
    concerns: Identifying
    roles: tuple[Label, ...]
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None


class Requests(Struct, frozen=True):
    """A page of requests."""

    total: int
    page: int
    pages: int
    rows: tuple[Summary, ...]


class Word(Struct, frozen=True):
    """One line of a request in plain words."""

    label: Label
    fr: Identifying
    en: Identifying


class Given(Struct, frozen=True):
    """One approver's word: ``approve`` or ``refuse``, with the reason of a refusal."""

    approver: Identifying
    verdict: str
    at: datetime
    reason: Identifying | None = None


class Noticed(Struct, frozen=True):
    """Something an approver should not overlook."""

    code: str
    label: Label


class Added(Struct, frozen=True):
    """People whom the new account could read in any 24 hours: in its shared probation, and once confirmed."""

    pooled: int
    confirmed: int


class Background(Struct, frozen=True):
    """What an approver is told beside the request: about who asks, and who else could decide.

    ``pool`` is the most people that all of the requester's unconfirmed accounts may open together.
    """

    anomalies: tuple[Noticed, ...]
    requested_before: int
    approved: int
    refused: int
    pending: int
    eligible: int
    pool: Mapping[str, int]
    added: Added | None = None


class Code(Struct, frozen=True):
    """The enrolment code that an agreed request led to: open, used, expired, or ``closed`` after five wrong tries."""

    state: str
    at: datetime


class Request(Summary, frozen=True, kw_only=True):
    """One request whole. ``objection`` says why this person may not decide it; ``decide_url`` is where they do."""

    lines: tuple[Word, ...]
    needed: int
    approvals: tuple[Given, ...]
    mine: bool
    objection: str | None = None
    background: Background | None = None
    decide_url: str | None = None
    code: Code | None = None


class RoleOption(Struct, frozen=True):
    """A role that may be asked for."""

    code: str
    label: Label
    kind: str


class ApplicationOption(Struct, frozen=True):
    """An application that a habilitation may be asked for."""

    code: str
    name: str


class Options(Struct, frozen=True):
    """What may be asked for at one's own organisation."""

    roles: tuple[RoleOption, ...]
    applications: tuple[ApplicationOption, ...]


class Made(Struct, frozen=True):
    """A request just made, and how many approvals it takes."""

    request: str
    needed: int


class UnderWay(Struct, frozen=True):
    """A habilitation between approval and confirmation, or an ``identity`` to be proven again.

    ``proof_url`` is there for who may hand the code over; ``code_state`` as in :class:`Code`.
    """

    habilitation: str
    name: Identifying
    status: str
    role: Label | None
    organisation: str
    from_at: datetime
    until_at: datetime
    code_open: bool
    confirmable: bool
    code_at: datetime | None = None
    code_state: str | None = None
    begun_at: datetime | None = None
    proof_url: str | None = None


class Arrivals(Struct, frozen=True):
    """Colleagues on their way in."""

    rows: tuple[UnderWay, ...]


class Closed(Struct, frozen=True):
    """An organisation that does not accept a provider, and whether the reader may ask that it does."""

    id: str
    name: str
    within_reach: bool


class Quarantined(Struct, frozen=True):
    """A colleague whose sign-in was refused as not the identity known: ``other-subject`` or ``other-provider``.

    Or as coming through a ``provider`` that the ``organisation`` does not accept: ``unseen-provider``.
    """

    account: str
    name: Identifying
    reason: str
    last_at: datetime
    times: int
    provider: str | None = None
    organisation: Closed | None = None


class Quarantine(Struct, frozen=True):
    """Colleagues who must prove their identity again before they can sign in."""

    rows: tuple[Quarantined, ...]


def options() -> Call[Options]:
    """What may be asked for."""
    return post("/v1/requests/options", {}, reads(Options))


def make(kind: str, body: Mapping[str, Any]) -> Call[Made]:
    """Make a request. Refused with an objection's code when it cannot be made."""
    return post("/v1/requests/make", {"kind": kind, "body": body}, reads(Made))


def listed(scope: str, *, closed: bool = False, page: int = 1) -> Call[Requests]:
    """A page of requests: ``mine``, ``to-decide`` or ``organisation``."""
    body = {"scope": scope, "closed": closed, "page": page}
    return post("/v1/requests/list", body, reads(Requests))


def show(request: str) -> Call[Request]:
    """One request whole."""
    return post("/v1/requests/show", {"request": request}, _request)


def withdraw(request: str) -> Call[None]:
    """Take back one's own request."""
    return post("/v1/requests/withdraw", {"request": request}, lambda _: None)


def under_way() -> Call[Arrivals]:
    """Colleagues on their way in, at one's organisation."""
    return post("/v1/enrolments/list", {}, reads(Arrivals))


def quarantined() -> Call[Quarantine]:
    """Colleagues of one's organisation whose sign-in was put in quarantine in the last thirty days."""
    return post("/v1/enrolments/quarantined", {}, reads(Quarantine))


def _request(body: Any) -> Request:
    lines = [{"label": line["label"], **line["value"]} for line in body["lines"]]
    return typed(Request, {**body, "lines": lines})
