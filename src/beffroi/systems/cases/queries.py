"""Reading through the guard. Each function is one call."""

from dataclasses import dataclass
from datetime import date

from beffroi.client import Conversation, Refused, calls
from beffroi.client.answers import Budget, Row, Session
from beffroi.systems.cases import rights
from beffroi.systems.cases.people import Name, born_on, name_of

PAGE_SIZE = 25


@dataclass(frozen=True)
class Line:
    """A line of the portfolio; ``name`` is None when the identity is masked: ``why`` is then the refusal's code."""

    person: str
    name: Name | None
    born_on: date | None
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
    conversation: Conversation, session: Session, *, scope: str, order: str, page: int
) -> Portfolio | Refused:
    """One page of one's own people (scope ``portfolio``) or of the organisation's (``organisation``)."""
    purpose = rights.purpose_of(session, "list")
    answer = conversation.ask(calls.portfolio(purpose, scope=scope, order=order, page=page, size=PAGE_SIZE))
    if isinstance(answer, Refused):
        return answer
    lines = tuple(_line(row) for row in answer.rows)
    return Portfolio(lines, answer.total, answer.page, answer.pages, answer.budget)


def _line(row: Row) -> Line:
    identity = row.fields.get(rights.IDENTITY)
    if row.masked or identity is None:
        return Line(row.id, None, None, "", row.code or "")
    return Line(row.id, name_of(identity), born_on(identity), row.explanation or "", "")
