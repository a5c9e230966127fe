"""Partners, as the guard's doors tell them: contracts, lists, audits, rosters; and the requests that change them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from beffroi.client import reading
from beffroi.client.calls import Call, post
from beffroi.core.identifying import Identifying


class Office(Struct, frozen=True):
    """An organisation by its public facts."""

    id: str
    name: str
    code: str = ""
    kind: str = ""
    siret: str | None = None


class Due(Struct, frozen=True):
    """Something due for a partner: a matter of ``core.partners.Matter``, and its day."""

    matter: str
    at: datetime
    overdue: bool


class Row(Struct, frozen=True):
    """A line of the list of partners; ``agents`` work there now."""

    organisation: Office
    state: str
    agents: int
    until_at: datetime
    dues: tuple[Due, ...]


class Partners(Struct, frozen=True):
    """A page of partners; ``states`` and ``overdue`` count all that the reader may see."""

    total: int
    page: int
    pages: int
    states: Mapping[str, int]
    overdue: int
    rows: tuple[Row, ...]


class Contact(Struct, frozen=True):
    """Whom to call when something is wrong."""

    name: Identifying
    email: Identifying
    phone: Identifying


class Contract(Struct, frozen=True):
    """A contract in force, past or to come."""

    from_at: datetime
    until_at: datetime
    clauses: tuple[str, ...]
    controllers: tuple[str, ...]
    level: int
    opened_at: datetime | None
    ended_at: datetime | None
    version: int
    contact: Contact


class Item(Struct, frozen=True):
    """An item of a check-list; ``proof`` is a reference, ``done_by`` a colleague of the network."""

    code: str
    done_at: datetime | None
    done_by: Identifying
    proof: Identifying


class Audit(Struct, frozen=True):
    """An audit in figures."""

    id: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    answered: int
    questions: int
    to_correct: int


class Partner(Struct, frozen=True):
    """One partner whole. ``governs`` says whether the reader may change it, ``openable`` whether it may be opened."""

    organisation: Office
    state: str
    active: bool
    until_at: datetime
    contract: Contract | None
    lists: Mapping[str, tuple[Item, ...]]
    audits: tuple[Audit, ...]
    dues: tuple[Due, ...]
    agents: int
    sessions: int
    requests: int
    openable: bool
    governs: bool


class Answered(Struct, frozen=True):
    """An answer of an audit."""

    answer: str
    evidence: Identifying
    answered_at: datetime
    due_at: datetime | None
    corrected_at: datetime | None


class AuditShown(Struct, frozen=True):
    """An audit with its answers, by the code of the question."""

    id: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    answered: int
    questions: int
    to_correct: int
    organisation: Office
    governs: bool
    answers: Mapping[str, Answered]


class Domain(Struct, frozen=True):
    """A mail domain of a roster."""

    domain: str
    added_at: datetime | None


class Person(Struct, frozen=True):
    """Somebody of a roster: that there is one, and since when."""

    added_at: datetime | None


class Roster(Struct, frozen=True):
    """A roster: its domains by name, its people by number."""

    organisation: Office
    domains: tuple[Domain, ...]
    people: tuple[Person, ...]


class Ended(Struct, frozen=True):
    """How many sessions ended with a contract."""

    sessions: int


class Asked(Struct, frozen=True):
    """A request that was made, and how many must agree."""

    request: str
    needed: int


class Begun(Struct, frozen=True):
    """An audit that was opened."""

    audit: str


class Done(Struct, frozen=True):
    """Nothing more to say."""


def listed(*, state: str | None, overdue: bool, text: str, page: int) -> Call[Partners]:
    """A page of partners."""
    body = {"state": state, "overdue": overdue, "text": text, "page": page}
    return post("/v1/partners/list", body, reading.reads(Partners))


def show(organisation: str) -> Call[Partner]:
    """One partner."""
    return post("/v1/partners/show", {"organisation": organisation}, reading.reads(Partner))


def end(organisation: str, reason: str, until_on: str | None) -> Call[Ended]:
    """End its contract: at once, or after a day."""
    body = {"organisation": organisation, "reason": reason, "until_on": until_on}
    return post("/v1/partners/end", body, reading.reads(Ended))


def tick(organisation: str, wanted: str, item: str, proof: str | None) -> Call[Done]:
    """Say that an item of a list is done, or (no proof) that it is not."""
    body = {"organisation": organisation, "list": wanted, "item": item, "proof": proof}
    return post("/v1/partners/checklist", body, _done)


def open_audit(organisation: str, due_on: str) -> Call[Begun]:
    """Open an audit."""
    body = {"organisation": organisation, "due_on": due_on}
    return post("/v1/partners/audits/open", body, reading.reads(Begun))


def show_audit(audit: str) -> Call[AuditShown]:
    """One audit."""
    return post("/v1/partners/audits/show", {"audit": audit}, reading.reads(AuditShown))


def answer(audit: str, question: str, said: str, evidence: str) -> Call[Done]:
    """Answer a question."""
    body = {"audit": audit, "question": question, "answer": said, "evidence": evidence}
    return post("/v1/partners/audits/answer", body, _done)


def correct(audit: str, question: str, due_on: str | None) -> Call[Done]:
    """Set the day of a correction, or (no day) say that it is made."""
    body = {"audit": audit, "question": question, "due_on": due_on}
    return post("/v1/partners/audits/correct", body, _done)


def close_audit(audit: str) -> Call[Done]:
    """Close an audit."""
    return post("/v1/partners/audits/close", {"audit": audit}, _done)


def roster(organisation: str) -> Call[Roster]:
    """An organisation's roster."""
    return post("/v1/roster/list", {"organisation": organisation}, reading.reads(Roster))


def remove(organisation: str, *, domain: str | None = None, email: str | None = None) -> Call[Done]:
    """Take a domain or an address out of a roster."""
    body = {"organisation": organisation, "domain": domain, "email": email}
    return post("/v1/roster/remove", body, _done)


def ask_contract(organisation: str, terms: Mapping[str, Any]) -> Call[Asked]:
    """Ask that a partner have these terms."""
    return _ask("contract", {"organisation": organisation, "terms": terms})


def ask_partner(who: Mapping[str, str], terms: Mapping[str, Any]) -> Call[Asked]:
    """Ask for a new partner: its code, name, kind and SIRET, and its contract."""
    return _ask("partner", {**who, "terms": terms})


def ask_opening(organisation: str) -> Call[Asked]:
    """Ask that a partner's access be opened."""
    return _ask("opening", {"organisation": organisation})


def ask_roster(organisation: str, *, domain: str | None = None, email: str | None = None) -> Call[Asked]:
    """Ask that a domain or an address be added to a roster."""
    return _ask("roster", {"organisation": organisation, "domain": domain, "email": email})


def _ask(kind: str, body: Mapping[str, Any]) -> Call[Asked]:
    return post("/v1/requests/make", {"kind": kind, "body": body}, reading.reads(Asked))


def _done(told: Any) -> Done:
    return Done()
