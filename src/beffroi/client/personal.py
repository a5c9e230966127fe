"""The personal space: what a person asks about their own file, and the reports that security officers look into."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from beffroi.client.answers import GroupFields, Label
from beffroi.client.attachments import OpenedAttachment
from beffroi.client.calls import Call, post
from beffroi.client.reading import hidden, reads, typed
from beffroi.core.identifying import Identifying


class Begun(Struct, frozen=True):
    """A person's session and its handle."""

    handle: Identifying
    expires_at: datetime


class Invited(Struct, frozen=True):
    """A code to hand over, told once, and when it ends."""

    code: Identifying
    until_at: datetime


class Follower(Struct, frozen=True):
    """An organisation that knows the person."""

    organisation_name: str
    kind: str
    since_at: datetime
    until_at: datetime | None
    referent: bool
    job: Label | None


class Change(Struct, frozen=True):
    """One field of a correction, before and after; texts are ``Identifying``."""

    group: str
    field: str
    before: Any
    after: Any


class Corrected(Struct, frozen=True):
    """What an organisation put right at the person's request."""

    at: datetime
    organisation_name: str
    changes: tuple[Change, ...]


class OwnFile(Struct, frozen=True):
    """Everything of the person's own file, by field group, and what was corrected; texts are ``Identifying``."""

    fields: Mapping[str, GroupFields]
    followed_by: tuple[Follower, ...]
    corrections: tuple[Corrected, ...]


class OwnAttachment(Struct, frozen=True):
    """A document of the person's own file; ``size`` in bytes, the organisation where the journal still says it."""

    id: str
    kind: str
    media: str
    size: int
    scanned: bool
    added_at: datetime
    organisation_name: str | None


class OwnAttachments(Struct, frozen=True):
    """The person's documents, the last added first."""

    rows: tuple[OwnAttachment, ...]


class Asked(Struct, frozen=True):
    """A request that was registered, and the last day to answer it."""

    request: str
    due_on: date


class OwnRequest(Struct, frozen=True):
    """What the person asked about their own data; ``altered``: words of it do not open."""

    request: str
    article: str
    organisation_name: str
    received_on: date
    due_on: date
    state: str
    extended: str | None
    reason: str | None
    online: bool
    text: Identifying | None
    closed_at: datetime | None
    answer: Identifying | None
    answer_until: datetime | None
    altered: bool = False


class Place(Struct, frozen=True):
    """An organisation that answers the person's requests."""

    id: str
    name: str


class OwnRequests(Struct, frozen=True):
    """The person's requests, the last first; where they may ask, and how many more on line before an answer."""

    rows: tuple[OwnRequest, ...]
    places: tuple[Place, ...]
    left: int


class Named(Struct, frozen=True):
    """An organisation, by its id and public name."""

    id: str
    name: str


class Oneself(Struct, frozen=True):
    """Under which random ids the person is kept, and the organisations that follow them."""

    people: tuple[str, ...]
    organisations: tuple[Named, ...]


class Ended(Struct, frozen=True):
    """A sign-out, and where the browser goes next."""

    logout_url: str


class Consultation(Struct, frozen=True):
    """One opening of the person's file: in whose name and in which job, never who."""

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


class Consultations(Struct, frozen=True):
    """A page of consultations, the last first; what was before ``lost_until`` is no longer kept."""

    total: int
    page: int
    pages: int
    lost_until: datetime | None
    rows: tuple[Consultation, ...]


class Proof(Struct, frozen=True):
    """A proof file and the name to keep it under."""

    name: str
    proof: str


class Reported(Struct, frozen=True):
    """A report that was made."""

    report: str


class Delayed(Struct, frozen=True):
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


class Delays(Struct, frozen=True):
    """Delays within reach, the last first."""

    rows: tuple[Delayed, ...]


class OwnReport(Struct, frozen=True):
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


class OwnReports(Struct, frozen=True):
    """A person's reports, the last first."""

    rows: tuple[OwnReport, ...]


class Choice(Struct, frozen=True):
    """An answer that may be given."""

    code: str
    label: Label


class Report(Struct, frozen=True):
    """A report as security officers see it; the person is not in it."""

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


class Reports(Struct, frozen=True):
    """A page of reports, those that wait first."""

    total: int
    page: int
    pages: int
    rows: tuple[Report, ...]
    answers: tuple[Choice, ...]


class Moved(Struct, frozen=True):
    """Where a report stands now."""

    standing: str


def redeem(code: str, client: str, state: str) -> Call[Begun]:
    """Exchange the one-time code of a person's sign-in for a handle, bound to this client."""
    return post("/v1/person/sessions", {"code": code, "client": client, "state": state}, reads(Begun))


def invite(person: str, purpose: str) -> Call[Invited]:
    """A code for the personal space of a person whom one's office follows."""
    return post("/v1/invitations/make", {"purpose": purpose, "person": person}, reads(Invited))


def own_file() -> Call[OwnFile]:
    """Everything of the file of the person whose session speaks."""
    return post("/v1/person/file", {}, _own_file)


def _own_file(body: Any) -> OwnFile:
    corrections = [
        {
            **one,
            "changes": [
                {**change, "before": hidden(change["before"]), "after": hidden(change["after"])}
                for change in one["changes"]
            ],
        }
        for one in body["corrections"]
    ]
    return typed(OwnFile, {**body, "fields": hidden(body["fields"]), "corrections": corrections})


def own_attachments() -> Call[OwnAttachments]:
    """The documents of the person whose session speaks."""
    return post("/v1/person/attachments/list", {}, reads(OwnAttachments))


def own_attachment(id: str) -> Call[OpenedAttachment]:
    """One of them, with its content."""
    return post("/v1/person/attachments/open", {"id": id}, reads(OpenedAttachment))


def own_requests() -> Call[OwnRequests]:
    """What the person asked about their own data."""
    return post("/v1/person/requests/list", {}, reads(OwnRequests))


def ask_about(organisation: str, article: str, text: str | None) -> Call[Asked]:
    """Ask something about one's own data; ``text`` for what cannot be answered without words."""
    body = {"organisation": organisation, "article": article, "text": text}
    return post("/v1/person/requests/make", body, reads(Asked))


def oneself() -> Call[Oneself]:
    """By which ids the console's own tables keep the person whose session speaks."""
    return post("/v1/person/self", {}, reads(Oneself))


def end() -> Call[Ended]:
    """Sign out."""
    return post("/v1/person/end", {}, reads(Ended))


def consultations(*, from_at: datetime, until_at: datetime, page: int = 1) -> Call[Consultations]:
    """Who consulted the file of the person whose session speaks."""
    body = {"from_at": from_at.isoformat(), "until_at": until_at.isoformat(), "page": page}
    return post("/v1/person/consultations", body, reads(Consultations))


def proof(entry: int, at: datetime) -> Call[Proof]:
    """The proof of one of these consultations."""
    return post("/v1/person/proof", {"entry": entry, "at": at.isoformat()}, reads(Proof))


def report(entry: int, at: datetime) -> Call[Reported]:
    """Say that one of these consultations is not recognised."""
    return post("/v1/person/report", {"entry": entry, "at": at.isoformat()}, reads(Reported))


def own_reports() -> Call[OwnReports]:
    """What the person reported."""
    return post("/v1/person/reports", {}, reads(OwnReports))


def reports(page: int = 1) -> Call[Reports]:
    """Reports that this security officer has to look into."""
    return post("/v1/reports/list", {"page": page}, reads(Reports))


def delays() -> Call[Delays]:
    """What people are not shown yet."""
    return post("/v1/delays/list", {}, reads(Delays))


def examine(report: str) -> Call[Moved]:
    """Say that a report is being looked into."""
    return post("/v1/reports/examine", {"report": report}, reads(Moved))


def answer(report: str, code: str) -> Call[Moved]:
    """Answer a report."""
    return post("/v1/reports/answer", {"report": report, "answer": code}, reads(Moved))
