"""Reading through the guard. Each function is one call at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from beffroi.client import Conversation, Refused, calls
from beffroi.client.answers import Budget, Row, Session
from beffroi.systems.cases import rights
from beffroi.systems.cases.followup import Followup, authors_of, notes_of, steps_of
from beffroi.systems.cases.people import Name, age_on, born_on, name_of

PAGE_SIZE = 25


@dataclass(frozen=True)
class Line:
    """A line of the portfolio; ``name`` is None when the identity is masked: ``why`` is then the refusal's code."""

    person: str
    name: Name | None
    born_on: date | None
    age: int | None
    explanation: str
    why: str


@dataclass(frozen=True)
class Portfolio:
    """One page of people."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    budget: Budget | None


def portfolio(
    conversation: Conversation, session: Session, *, scope: str, order: str, page: int, today: date
) -> Portfolio | Refused:
    """One page of one's own people (scope ``portfolio``) or of the organisation's (``organisation``)."""
    purpose = rights.purpose_of(session, "list")
    answer = conversation.ask(calls.portfolio(purpose, scope=scope, order=order, page=page, size=PAGE_SIZE))
    if isinstance(answer, Refused):
        return answer
    lines = tuple(_line(row, today) for row in answer.rows)
    return Portfolio(lines, answer.total, answer.page, answer.pages, answer.budget)


def _line(row: Row, today: date) -> Line:
    identity = row.fields.get(rights.IDENTITY)
    if row.masked or identity is None:
        return Line(row.id, None, None, None, "", row.code or "")
    born = born_on(identity)
    age = None if born is None else age_on(born, today)
    return Line(row.id, name_of(identity), born, age, row.explanation or "", "")


def followup(conversation: Conversation, session: Session, values: Mapping[str, Any], now: datetime) -> Followup:
    """An opened follow-up with the names of the colleagues who wrote it; no call where nobody did."""
    notes, steps = notes_of(values, session.account, now), steps_of(values)
    names = agents(conversation, authors_of(notes, steps))
    return Followup(
        tuple(replace(note, author=names.get(note.author, "")) for note in notes),
        tuple(replace(step, agent=names.get(step.agent, "")) for step in steps),
    )


def agents(conversation: Conversation, accounts: Sequence[str]) -> Mapping[str, str]:
    """Names of colleagues by account; no call without any."""
    named = conversation.ask(calls.colleagues(accounts)) if accounts else None
    if named is None or isinstance(named, Refused):
        return {}
    return {account: name.reveal() for account, name in named.names.items()}
