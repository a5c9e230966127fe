"""The terms of a contract as somebody asks for them: read, judged, told in plain words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.normalisation import NormalisationRefusal, email_key, phone_key
from beffroi.core.partner_lists import CLAUSES, cited, missing
from beffroi.core.partners import LONGEST
from beffroi.core.policy import Label
from beffroi.guard.approvals.kinds import Line, same
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.vault.records import Email, Phone
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Malformed

Word = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
Cited = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}/[0-9]{1,4}$(?!\n)")]
LEVELS: Final[Mapping[int, Label]] = {
    1: Label("Identité seule", "Identity alone"),
    2: Label("Second facteur", "Second factor"),
    3: Label("Clé d’accès", "Passkey"),
}


class Contact(bodies.Strict, frozen=True):
    """Whom to call at the partner when something is wrong."""

    name: Word
    email: Email
    phone: Phone


class TermsBody(bodies.Strict, frozen=True):
    """The terms of a contract; both days are included."""

    from_on: Day
    until_on: Day
    clauses: Annotated[tuple[Cited, ...], Meta(min_length=1, max_length=40)]
    controllers: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=8)]
    level: Literal[1, 2, 3]
    contact: Contact


def judge(work: Work, terms: TermsBody) -> Objection | None:
    """What speaks against these terms, whoever asks for them. Raises Malformed for a day that is none."""
    begin, last = day(terms.from_on, "terms.from_on"), day(terms.until_on, "terms.until_on")
    if last < max(begin, today(work)) or last - begin > LONGEST:
        return Objection.PERIOD_WRONG
    if any(cited(text) is None for text in terms.clauses) or missing(terms.clauses):
        return Objection.CLAUSES_MISSING
    if len({text.partition("/")[0] for text in terms.clauses}) != len(terms.clauses):
        return Objection.CLAUSES_MISSING
    spoken = (email_key(terms.contact.email), phone_key(terms.contact.phone))
    return Objection.ADDRESS_WRONG if any(isinstance(one, NormalisationRefusal) for one in spoken) else None


def content(terms: TermsBody) -> dict[str, Any]:
    """The terms as the request holds them."""
    told: dict[str, Any] = msgspec.to_builtins(terms)
    return told | {"clauses": sorted(terms.clauses)}


def still(work: Work, terms: Mapping[str, Any]) -> Objection | None:
    """The terms of a request made some days ago: they may have run out."""
    return Objection.PERIOD_WRONG if date.fromisoformat(terms["until_on"]) < today(work) else None


def columns(terms: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a contract that these terms settle; the contact is sealed apart."""
    return {
        "from_at": instant(date.fromisoformat(terms["from_on"])), "until_at": after(terms["until_on"]),
        "clauses": list(terms["clauses"]), "controllers": list(terms["controllers"]), "level": terms["level"],
    }  # fmt: skip


def lines(terms: Mapping[str, Any]) -> tuple[Line, ...]:
    """The terms as approvers read them; nothing is left out."""
    contact = terms["contact"]
    clauses = [(text, CLAUSES[text.partition("/")[0]]) for text in terms["clauses"]]
    return (
        Line(Label("Contrat du", "Contract from"), said(terms["from_on"])),
        Line(Label("Au", "To"), said(terms["until_on"])),
        Line(Label("Niveau exigé de chaque membre", "Level demanded of every member"), LEVELS[terms["level"]]),
        Line(
            Label("Clauses", "Clauses"),
            Label(
                " ; ".join(f"{clause.label.fr} (version {text.partition('/')[2]})" for text, clause in clauses),
                "; ".join(f"{clause.label.en} (version {text.partition('/')[2]})" for text, clause in clauses),
            ),
        ),
        Line(Label("Responsables de traitement", "Data controllers"), same(" ; ".join(terms["controllers"]))),
        Line(
            Label("Contact de sécurité", "Security contact"),
            same(f"{contact['name']}, {contact['email']}, {contact['phone']}"),
        ),
    )


def said(text: str) -> Label:
    """A day as it is written."""
    return same(f"{date.fromisoformat(text):%d/%m/%Y}")


def day(text: str, field: str) -> date:
    """A day of the calendar. Raises Malformed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"$.{field}", "a day of the calendar, AAAA-MM-JJ") from None


def today(work: Work) -> date:
    """Today in Paris."""
    return work.now.astimezone(PARIS).date()


def instant(on: date) -> datetime:
    """The first instant of a day in Paris."""
    return datetime(on.year, on.month, on.day, tzinfo=PARIS)


def after(text: str) -> datetime:
    """The first instant after a day."""
    return instant(date.fromisoformat(text) + timedelta(days=1))
