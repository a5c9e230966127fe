"""Answers of the doors of the personal space, and of the reports that security officers look into."""

from datetime import date, datetime

from beffroi.guard.answers.shape import Answered, Label


class Begun(Answered, frozen=True):
    """A person's session: its handle, given once, and the instant at which it ends at the latest."""

    handle: str
    expires_at: datetime


class Invited(Answered, frozen=True):
    """A code to hand over to a person, told once, and the instant at which it ends."""

    code: str
    until_at: datetime


class PresenceMade(Answered, frozen=True):
    """A code to show at the desk of an organisation, told once, its id, and the instant at which it ends."""

    id: str
    code: str
    organisation_name: str
    until_at: datetime


class PresenceCode(Answered, frozen=True):
    """A code one made, and what became of it: ``waiting``, ``used``, ``taken-back``, ``expired`` or ``ended``."""

    id: str
    organisation_name: str
    state: str
    made_at: datetime
    until_at: datetime
    ended_at: datetime | None


class PresenceCodes(Answered, frozen=True):
    """One's codes of the last thirty days, the last first, and how many more one may make now."""

    rows: tuple[PresenceCode, ...]
    left: int


class Ended(Answered, frozen=True):
    """A sign-out, and where the browser goes to end the provider's own session."""

    logout_url: str


class Consultation(Answered, frozen=True):
    """One opening of the person's own file: by whom is said by the organisation and the job, never by the name.

    ``kind`` is ``released``, ``found`` for a search that told where the person is known and no field, ``answering``
    where an office took what answers a request: its words, or this very list. ``reason`` is the listed one of an
    opening in an emergency. ``reported``: the person does not recognise it.
    """

    entry: int
    at: datetime
    kind: str
    groups: tuple[str, ...]
    organisation: str | None
    organisation_name: str | None
    job: Label | None
    purpose: Label | None
    explanation: str | None
    reason: Label | None
    reported: bool


class Consultations(Answered, frozen=True):
    """A page of consultations, the last first; what was before ``lost_until`` in the window is no longer kept."""

    total: int
    page: int
    pages: int
    asked_at: datetime
    lost_until: datetime | None
    rows: tuple[Consultation, ...]


class Follower(Answered, frozen=True):
    """An organisation that knows the person: since when, until when, whether somebody there is their referent.

    ``job`` is that agent's, where the policy shows it; never a name.
    """

    organisation_name: str
    kind: str
    since_at: datetime
    until_at: datetime | None
    referent: bool
    job: Label | None


class Change(Answered, frozen=True):
    """One field of a correction, before and after; of what only grows (notes), ``after`` is what was added."""

    group: str
    field: str
    before: object
    after: object


class Corrected(Answered, frozen=True):
    """What an organisation put right at one's request."""

    at: datetime
    organisation_name: str
    changes: tuple[Change, ...]


class OwnFile(Answered, frozen=True):
    """Everything of one's own file, by field group, without the agents who wrote it; who follows one; corrections."""

    fields: dict[str, dict[str, object]]
    followed_by: tuple[Follower, ...]
    corrections: tuple[Corrected, ...]


class OwnAttachment(Answered, frozen=True):
    """A document of one's own file, and the organisation that added it while the journal says so; never the agent."""

    id: str
    kind: str
    media: str
    size: int
    scanned: bool
    added_at: datetime
    organisation_name: str | None


class OwnAttachments(Answered, frozen=True):
    """One's own documents, the last added first; ``entry`` is the journal's of this reading."""

    entry: int
    rows: tuple[OwnAttachment, ...]


class Asked(Answered, frozen=True):
    """A request that was registered, and the last day to answer it."""

    request: str
    due_on: date


class OwnRequest(Answered, frozen=True):
    """What one asked about one's own data: where it stands, by when it is answered, why it is late or refused.

    ``text`` is what one wrote with it, while it is open; ``answer`` what one was answered in words, which can be read
    until ``answer_until``; ``closed_at`` is when it was answered or refused. ``altered``: such words are there and do
    not open.
    """

    request: str
    article: str
    organisation_name: str
    received_on: date
    due_on: date
    state: str
    extended: str | None
    reason: str | None
    online: bool
    text: str | None
    closed_at: datetime | None
    answer: str | None
    answer_until: datetime | None
    altered: bool


class Place(Answered, frozen=True):
    """An organisation that answers one's requests, or at whose desk one may stand."""

    id: str
    name: str


class PresencePlaces(Answered, frozen=True):
    """Organisations that follow people, by name; ``more``: others fit what was typed."""

    rows: tuple[Place, ...]
    more: bool


class OwnRequests(Answered, frozen=True):
    """One's own requests, the last first; where one may ask, and how many more on line before an answer."""

    rows: tuple[OwnRequest, ...]
    places: tuple[Place, ...]
    left: int


class Named(Answered, frozen=True):
    """An organisation, by its id and public name."""

    id: str
    name: str


class Oneself(Answered, frozen=True):
    """Under which random ids the person is kept elsewhere, and the organisations that follow them."""

    people: tuple[str, ...]
    organisations: tuple[Named, ...]


class Proof(Answered, frozen=True):
    """A proof file (C2SP tlog-proof) of one consultation, and a name to keep it under."""

    name: str
    proof: str


class Reported(Answered, frozen=True):
    """A report that was made."""

    report: str


class Delayed(Answered, frozen=True):
    """Consultations by one account in a window that people are not shown before ``shown_at``."""

    delay: str
    request: str
    account: str
    from_at: datetime
    until_at: datetime
    decided_at: datetime
    shown_at: datetime
    over: bool
    renewable: bool


class Delays(Answered, frozen=True):
    """Delays within reach, the last first."""

    rows: tuple[Delayed, ...]


class OwnReport(Answered, frozen=True):
    """A consultation that the person does not recognise, and what became of it."""

    report: str
    entry: int
    consulted_at: datetime
    organisation_name: str | None
    standing: str
    reported_at: datetime
    examined_at: datetime | None
    answered_at: datetime | None
    answer: Label | None


class OwnReports(Answered, frozen=True):
    """A person's reports, the last first."""

    rows: tuple[OwnReport, ...]


class Choice(Answered, frozen=True):
    """An answer that may be given, and what it says to the person."""

    code: str
    label: Label


class Report(Answered, frozen=True):
    """A report as security officers see it: the entry, the account by its random id, the organisation; no person."""

    report: str
    entry: int
    consulted_at: datetime
    account: str | None
    organisation: str | None
    organisation_name: str | None
    standing: str
    reported_at: datetime
    examined_at: datetime | None
    answered_at: datetime | None
    answer: str | None


class Reports(Answered, frozen=True):
    """A page of reports, those that wait first; ``answers`` are what one may answer."""

    total: int
    page: int
    pages: int
    rows: tuple[Report, ...]
    answers: tuple[Choice, ...]


class Moved(Answered, frozen=True):
    """Where a report stands now."""

    standing: str
