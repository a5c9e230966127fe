"""Lines of lists, and what was said of a document."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from beffroi.core.invoicing import InvoiceState, Move, QuoteState, Side
from beffroi.systems.invoicing import queries
from beffroi.systems.invoicing.models import Invoice, Quote
from beffroi.systems.invoicing.web import words
from beffroi.ui.components import Event


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it leads, what it is called, what it is about, with whom, how much, until when, its state."""

    url: str
    title: str
    note: str
    party: str
    sum: str
    state: Promise | str = ""
    tone: str = "neutral"
    until: str = ""


def quote_line(quote: Quote, side: Side) -> Line:
    """A quote."""
    label, tone = words.QUOTE_STATES[QuoteState(quote.state)]
    return Line(
        reverse("invoicing:quote", args=[quote.id]), quote.number or gettext("Brouillon"), quote.title,
        _party(quote, side), words.money(quote.total), label, tone,
        words.day(quote.valid_until if quote.state == QuoteState.SENT else None),
    )  # fmt: skip


def invoice_line(invoice: Invoice, side: Side) -> Line:
    """An invoice."""
    label, tone = words.INVOICE_STATES[InvoiceState(invoice.state)]
    return Line(
        reverse("invoicing:invoice", args=[invoice.id]), invoice.number or gettext("Brouillon"), invoice.quote.title,
        _party(invoice, side), words.money(invoice.total), label, tone,
        words.day(invoice.due_on if InvoiceState(invoice.state) in words.PAYABLE else None),
    )  # fmt: skip


def steps(document: UUID) -> list[Event]:
    """What was said of a document, the first first; not by whom: the other side knows nobody here."""
    return [Event(each.at, str(words.MOVES[Move(each.move)])) for each in queries.steps(document)]


def _party(document: Quote | Invoice, side: Side) -> str:
    return document.buyer_as.name if side is Side.SELLER else document.seller_as.name
