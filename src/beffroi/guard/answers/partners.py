"""Answers of the doors of partners and rosters."""

from collections.abc import Mapping
from datetime import datetime

from beffroi.guard.answers.shape import Answered


class Office(Answered, frozen=True):
    """An organisation by its public facts."""

    id: str
    name: str
    code: str = ""
    kind: str = ""
    siret: str | None = None


class Due(Answered, frozen=True):
    """Something due for a partner: a matter of ``core.partners.Matter``, and its day."""

    matter: str
    at: datetime
    overdue: bool


class Row(Answered, frozen=True):
    """A line of the list of partners; ``agents`` work there now."""

    organisation: Office
    state: str
    agents: int
    until_at: datetime
    dues: tuple[Due, ...]


class Partners(Answered, frozen=True):
    """A page of partners; ``states`` and ``overdue`` count all that the reader may see."""

    total: int
    page: int
    pages: int
    states: Mapping[str, int]
    overdue: int
    rows: tuple[Row, ...]


class Contact(Answered, frozen=True):
    """Whom to call when something is wrong."""

    name: str
    email: str
    phone: str


class Contract(Answered, frozen=True):
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


class Item(Answered, frozen=True):
    """An item of a check-list; ``proof`` is a reference, ``done_by`` a colleague of the network."""

    code: str
    done_at: datetime | None
    done_by: str
    proof: str


class Audit(Answered, frozen=True):
    """An audit in figures."""

    id: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    answered: int
    questions: int
    to_correct: int


class Partner(Answered, frozen=True):
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


class Reply(Answered, frozen=True):
    """An answer of an audit."""

    answer: str
    evidence: str
    answered_at: datetime
    due_at: datetime | None
    corrected_at: datetime | None


class AuditShown(Answered, frozen=True):
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
    answers: Mapping[str, Reply]


class Domain(Answered, frozen=True):
    """A mail domain of a roster."""

    domain: str
    added_at: datetime | None


class Person(Answered, frozen=True):
    """Somebody of a roster: that there is one, and since when."""

    added_at: datetime | None


class Roster(Answered, frozen=True):
    """A roster: its domains by name, its people by number."""

    organisation: Office
    domains: tuple[Domain, ...]
    people: tuple[Person, ...]


class Ended(Answered, frozen=True):
    """How many sessions ended with a contract."""

    sessions: int


class Begun(Answered, frozen=True):
    """An audit that was opened."""

    audit: str
