"""Answers of the doors of requests and arrivals."""

from collections.abc import Mapping
from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label, Place


class Summary(Answered, frozen=True):
    """A line of a list of requests. ``status`` is pending, approved, refused, withdrawn or expired."""

    id: str
    kind: str
    label: Label
    status: str
    organisation: Place
    requester: str
    concerns: str
    roles: tuple[Label, ...]
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None


class Requests(Answered, frozen=True):
    """A page of requests."""

    total: int
    page: int
    pages: int
    rows: tuple[Summary, ...]


class Line(Answered, frozen=True):
    """One line of what is asked, in plain words."""

    label: Label
    value: Label


class Given(Answered, frozen=True):
    """One approver's word: ``approve`` or ``refuse``, with the reason of a refusal."""

    approver: str
    verdict: str
    at: datetime
    reason: str | None = None


class Noticed(Answered, frozen=True):
    """Something an approver should not overlook."""

    code: str
    label: Label


class Added(Answered, frozen=True):
    """People whom the new account could read in any 24 hours: in its shared probation, and once confirmed."""

    pooled: int
    confirmed: int


class Background(Answered, frozen=True):
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


class Code(Answered, frozen=True):
    """The enrolment code that an agreed request led to: open, used, expired, or ``closed`` after five wrong tries."""

    state: str
    at: datetime


class Request(Summary, frozen=True, kw_only=True):
    """One request whole. ``objection`` says why this person may not decide it; ``decide_url`` is where they do."""

    lines: tuple[Line, ...]
    needed: int
    approvals: tuple[Given, ...]
    mine: bool
    objection: str | None = None
    background: Background | None = None
    decide_url: str | None = None
    code: Code | None = None


class RoleOption(Answered, frozen=True):
    """A role that may be asked for."""

    code: str
    label: Label
    kind: str


class Open(Answered, frozen=True):
    """An application that is open."""

    code: str
    name: str


class Options(Answered, frozen=True):
    """What may be asked for at one's own organisation."""

    roles: tuple[RoleOption, ...]
    applications: tuple[Open, ...]
    kinds: tuple[str, ...]


class Made(Answered, frozen=True):
    """A request just made, and how many approvals it takes."""

    request: str
    needed: int


class Withdrawn(Answered, frozen=True):
    """A request that was taken back."""

    request: str


class UnderWay(Answered, frozen=True):
    """A habilitation between approval and confirmation, or an ``identity`` to be proven again.

    ``proof_url`` is there for who may hand the code over; ``code_state`` as in :class:`Code`.
    """

    habilitation: str
    name: str
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


class Arrivals(Answered, frozen=True):
    """Colleagues on their way in."""

    rows: tuple[UnderWay, ...]


class Shut(Place, frozen=True):
    """An organisation that does not accept a provider, and whether it is the reader's to ask for."""

    within_reach: bool


class Quarantined(Answered, frozen=True):
    """A colleague whose sign-in was refused: ``other-subject``, ``other-provider``, or from a ``provider`` that the
    ``organisation`` does not accept (``unseen-provider``)."""

    account: str
    name: str
    reason: str
    last_at: datetime
    times: int
    provider: str | None
    organisation: Shut | None


class Quarantine(Answered, frozen=True):
    """Colleagues who must prove their identity again before they can sign in."""

    rows: tuple[Quarantined, ...]
