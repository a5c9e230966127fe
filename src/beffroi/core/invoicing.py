"""Quotes and invoices between a training organisation and the body that orders: states, whose word moves them, money.

Nothing here knows a person: an amount is a count of places or of hours at a price. Money is whole euro cents. The
amount before tax is exact; the tax is rounded once a document, half a cent up, as a euro amount is rounded (Council
regulation 1103/97, article 5). An issued invoice never changes: a credit note cancels it, whole.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

MOST_TRAINEES: Final = 500
MOST_HOURS: Final = 2_000
MOST_CENTS: Final = 1_000_000
"""Of one unit: ten thousand euros an hour or a trainee."""
MOST_NET: Final = 500_000_000
"""Of one document, before tax: five million euros, beyond which somebody mistyped."""
LONGEST_VALIDITY: Final = timedelta(days=366)
TERM: Final = timedelta(days=30)
"""When an invoice is due: the term of the law where nothing else was agreed (code de commerce, L441-10)."""


class Side(StrEnum):
    """Whose word it is: the training organisation that sells, the body that orders."""

    SELLER = "seller"
    BUYER = "buyer"


_SIDES: Final = {
    "training-organisation": Side.SELLER, "youth-office": Side.BUYER, "employment-agency": Side.BUYER,
}  # fmt: skip


def side(kind: str) -> Side | None:
    """The side on which an organisation of this kind stands; ``None`` for one that neither sells nor orders."""
    return _SIDES.get(kind)


class QuoteState(StrEnum):
    """Where a quote stands."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class InvoiceState(StrEnum):
    """Where an invoice stands. ``agreed``: the buyer agrees to pay it; ``cancelled``: by a credit note."""

    DRAFT = "draft"
    ISSUED = "issued"
    AGREED = "agreed"
    PAID = "paid"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What somebody says of a quote or of an invoice."""

    SEND = "send"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ISSUE = "issue"
    AGREE = "agree"
    PAY = "pay"
    CREDIT = "credit"


QUOTES: Final[Mapping[tuple[Side, QuoteState, Move], QuoteState]] = {
    (Side.SELLER, QuoteState.DRAFT, Move.SEND): QuoteState.SENT,
    (Side.BUYER, QuoteState.SENT, Move.ACCEPT): QuoteState.ACCEPTED,
    (Side.BUYER, QuoteState.SENT, Move.REFUSE): QuoteState.REFUSED,
}
INVOICES: Final[Mapping[tuple[Side, InvoiceState, Move], InvoiceState]] = {
    (Side.SELLER, InvoiceState.DRAFT, Move.ISSUE): InvoiceState.ISSUED,
    (Side.BUYER, InvoiceState.ISSUED, Move.AGREE): InvoiceState.AGREED,
    (Side.SELLER, InvoiceState.ISSUED, Move.PAY): InvoiceState.PAID,
    (Side.SELLER, InvoiceState.AGREED, Move.PAY): InvoiceState.PAID,
    (Side.SELLER, InvoiceState.ISSUED, Move.CREDIT): InvoiceState.CANCELLED,
    (Side.SELLER, InvoiceState.AGREED, Move.CREDIT): InvoiceState.CANCELLED,
}
BILLED: Final = frozenset({InvoiceState.ISSUED, InvoiceState.AGREED, InvoiceState.PAID})
"""Invoices that count against their quote."""


class Objection(StrEnum):
    """Why something cannot be done."""

    NOT_NOW = "not-now"
    EXPIRED = "expired"
    TOO_MUCH = "too-much"
    CHANGED = "changed"
    NO_PARTICULARS = "no-particulars"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a quote is refused or an invoice cancelled; a code, never a text."""

    PRICE = "price"
    DATES = "dates"
    NO_NEED = "no-need"
    WRONG_COUNT = "wrong-count"
    WRONG_PRICE = "wrong-price"
    NOT_HELD = "not-held"


REFUSALS: Final = (Reason.PRICE, Reason.DATES, Reason.NO_NEED)
CREDITS: Final = (Reason.WRONG_COUNT, Reason.WRONG_PRICE, Reason.NOT_HELD)


def quote_after(of: Side, state: QuoteState, move: Move, *, valid_until: date, today: date) -> QuoteState | Objection:
    """Where a quote stands after a move of this side. One whose last day is over is accepted no more."""
    after = QUOTES.get((of, state, move))
    if after is None:
        return Objection.NOT_NOW
    return Objection.EXPIRED if move in (Move.SEND, Move.ACCEPT) and today > valid_until else after


def invoice_after(of: Side, state: InvoiceState, move: Move) -> InvoiceState | Objection:
    """Where an invoice stands after a move of this side."""
    return INVOICES.get((of, state, move), Objection.NOT_NOW)


class Unit(StrEnum):
    """What has a price: one hour of one trainee, or the whole session for one trainee."""

    HOUR = "hour"
    TRAINEE = "trainee"


class Vat(StrEnum):
    """The regime of value added tax: continuing training exempted (CGI, 261-4-4° a), or the standard rate."""

    EXEMPT = "exempt"
    STANDARD = "standard"


RATE: Final[Mapping[Vat, int]] = {Vat.EXEMPT: 0, Vat.STANDARD: 20}
"""In percent."""


class Amount(NamedTuple):
    """Euro cents: before tax, the tax, and both."""

    net: int
    tax: int
    total: int


def quantity(trainees: int, hours: int, unit: Unit) -> int:
    """How many units a quote counts."""
    return trainees * hours if unit is Unit.HOUR else trainees


def amount(units: int, cents: int, vat: Vat) -> Amount:
    """What so many units cost, none of them negative; the tax to the nearest cent, half a cent up."""
    net = units * cents
    tax = (net * RATE[vat] + 50) // 100
    return Amount(net, tax, net + tax)


def left(quoted: int, billed: int) -> int:
    """Units of a quote that no invoice counts yet."""
    return max(0, quoted - billed)


class Terms(NamedTuple):
    """What a quote says: places and hours, the price of a unit in cents, the regime of tax, its last day."""

    trainees: int
    hours: int
    unit: Unit
    cents: int
    vat: Vat
    valid_until: date

    @property
    def units(self) -> int:
        """How many units it counts."""
        return quantity(self.trainees, self.hours, self.unit)

    @property
    def amount(self) -> Amount:
        """What it costs."""
        return amount(self.units, self.cents, self.vat)


def sound(terms: Terms) -> bool:
    """Whether a quote may say this: at least one of everything, and nothing beyond what training costs."""
    counts = 1 <= terms.trainees <= MOST_TRAINEES and 1 <= terms.hours <= MOST_HOURS
    return counts and 1 <= terms.cents <= MOST_CENTS and terms.amount.net <= MOST_NET


def cents(text: str) -> int | None:
    """A price as people write it, « 1 234,50 » or « 12.5 », in cents; ``None`` for what is no price of a unit."""
    said = "".join(text.split()).replace(".", ",").removesuffix("€")
    euros, comma, rest = said.partition(",")
    digits = euros + rest
    if not (digits.isascii() and digits.isdigit()) or not euros or len(euros) > 6 or len(rest) > 2:
        return None
    if comma and not rest:
        return None
    found = int(euros) * 100 + int(rest.ljust(2, "0"))
    return found if 1 <= found <= MOST_CENTS else None


class Series(StrEnum):
    """What is numbered: without a gap, per training organisation and year (CGI, annexe II, 242 nonies A, I, 7°)."""

    QUOTE = "D"
    INVOICE = "F"
    CREDIT = "A"


def number(series: Series, year: int, rank: int) -> str:
    """The number a document bears: « F-2026-0007 »."""
    return f"{series.value}-{year}-{rank:04d}"


def vat_number(siret: str) -> str:
    """The French VAT number of the body with this SIRET (fourteen digits): its key, then its SIREN."""
    siren = siret[:9]
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def due_on(issued_on: date) -> date:
    """The day an invoice must be paid by."""
    return issued_on + TERM
