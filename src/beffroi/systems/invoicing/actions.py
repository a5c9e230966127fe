"""Writing quotes and invoices: each function is one transaction, under the lock of the quote that it concerns."""

from uuid import UUID, uuid4

from django.db import transaction

from beffroi.core.invoicing import (
    CREDITS,
    REFUSALS,
    InvoiceState,
    Move,
    Objection,
    QuoteState,
    Reason,
    Series,
    Side,
    Terms,
    Vat,
    amount,
    due_on,
    invoice_after,
    left,
    quote_after,
    sound,
)
from beffroi.systems.invoicing import queries
from beffroi.systems.invoicing.keepers import Biller
from beffroi.systems.invoicing.models import CreditNote, Invoice, Numbering, Particulars, Quote, Step
from beffroi.systems.prescriptions.api import OfferedSession


def say(biller: Biller, *, address: str, postcode: str, town: str, declaration: str) -> Particulars | Objection:
    """What an organisation says of itself from now on; documents that were sent keep what was said then."""
    if biller.siret is None:
        return Objection.NO_PARTICULARS
    return Particulars.objects.create(
        organisation=biller.organisation, side=biller.side.value, name=biller.name, siret=biller.siret,
        address=address, postcode=postcode, town=town, declaration=declaration, made_by=biller.account,
        made_at=biller.at,
    )  # fmt: skip


@transaction.atomic
def draft(biller: Biller, session: OfferedSession, buyer: UUID, terms: Terms) -> Quote | Objection:
    """A new quote, that only its organisation sees."""
    if biller.side is not Side.SELLER or session.organisation != biller.organisation:
        return Objection.UNKNOWN
    quote = Quote(seller=biller.organisation, session=session.id)
    return _say(quote, biller, session, buyer, terms)


@transaction.atomic
def change(
    biller: Biller, id: UUID, session: OfferedSession, buyer: UUID, terms: Terms, *, version: int
) -> Quote | Objection:
    """Say otherwise in a draft, unless somebody has since it was read at ``version``."""
    quote = _quote(biller, id)
    if quote is None or biller.side is not Side.SELLER or session.id != quote.session:
        return Objection.UNKNOWN
    if quote.state != QuoteState.DRAFT.value:
        return Objection.NOT_NOW
    if quote.version != version:
        return Objection.CHANGED
    return _say(quote, biller, session, buyer, terms)


def _say(quote: Quote, biller: Biller, session: OfferedSession, buyer: UUID, terms: Terms) -> Quote | Objection:
    seller_as, buyer_as = queries.particulars(biller.organisation), queries.particulars(buyer)
    if seller_as is None or buyer_as is None or buyer_as.side != Side.BUYER.value:
        return Objection.NO_PARTICULARS
    if not sound(terms) or not biller.today <= terms.valid_until:
        return Objection.TOO_MUCH
    fresh = quote._state.adding
    quote.buyer, quote.seller_as, quote.buyer_as = buyer, seller_as, buyer_as
    quote.reference, quote.title, quote.place = session.reference, session.title, session.place
    quote.starts_on, quote.ends_on = session.starts_on, session.ends_on
    quote.trainees, quote.hours, quote.unit = terms.trainees, terms.hours, terms.unit.value
    quote.cents, quote.vat, quote.valid_until = terms.cents, terms.vat.value, terms.valid_until
    quote.net, quote.tax, quote.total = terms.amount
    quote.version = 1 if fresh else quote.version + 1
    _mark(quote, biller)
    quote.save(force_insert=fresh)
    return quote


@transaction.atomic
def move_quote(
    biller: Biller, id: UUID, move: Move, *, version: int | None = None, reason: Reason | None = None
) -> Quote | Objection:
    """Send a draft as it was read at ``version``, which numbers it, or accept it, or refuse it with a reason.

    Said twice, the second is refused.
    """
    quote = _quote(biller, id)
    if quote is None:
        return Objection.UNKNOWN
    after = quote_after(biller.side, QuoteState(quote.state), move, valid_until=quote.valid_until, today=biller.today)
    if isinstance(after, Objection):
        return after
    if move is Move.REFUSE and reason not in REFUSALS:
        return Objection.NOT_NOW
    if move is Move.SEND:
        if version is not None and quote.version != version:
            return Objection.CHANGED
        quote.year, quote.rank = _next(biller, Series.QUOTE)
        quote.sent_on = biller.today
    quote.state, quote.reason = after.value, reason.value if move is Move.REFUSE and reason else None
    quote.version += 1
    _mark(quote, biller)
    quote.save()
    _step(quote.id, move, biller)
    return quote


@transaction.atomic
def bill(biller: Biller, id: UUID, units: int) -> Invoice | Objection:
    """A draft of an invoice for so many units of an accepted quote; there is one at a time, which is changed."""
    quote = _quote(biller, id)
    if quote is None or biller.side is not Side.SELLER:
        return Objection.UNKNOWN
    if quote.state != QuoteState.ACCEPTED.value:
        return Objection.NOT_NOW
    if not 1 <= units <= left(quote.terms.units, queries.billed(quote)):
        return Objection.TOO_MUCH
    seller_as, buyer_as = queries.particulars(quote.seller), queries.particulars(quote.buyer)
    if seller_as is None or buyer_as is None:
        return Objection.NO_PARTICULARS
    invoice = Invoice.objects.filter(quote=quote, state=InvoiceState.DRAFT.value).first()
    fresh = invoice is None
    invoice = invoice or Invoice(id=uuid4(), quote=quote, seller=quote.seller, buyer=quote.buyer)
    invoice.units, (invoice.net, invoice.tax, invoice.total) = units, amount(units, quote.cents, Vat(quote.vat))
    invoice.seller_as, invoice.buyer_as = seller_as, buyer_as
    invoice.version = 1 if fresh else invoice.version + 1
    _mark(invoice, biller)
    invoice.save(force_insert=fresh)
    return invoice


@transaction.atomic
def move_invoice(
    biller: Biller, id: UUID, move: Move, *, version: int | None = None, reason: Reason | None = None
) -> Invoice | Objection:
    """Issue a draft as it was read at ``version``, agree to pay, note that it is paid, cancel by a credit note."""
    known = queries.invoice(biller, id)
    # The quote first: what is left of it is counted under its lock.
    if known is None or _quote(biller, known.quote.id) is None:
        return Objection.UNKNOWN
    invoice = Invoice.objects.select_for_update().select_related("quote").get(id=id)
    after = invoice_after(biller.side, InvoiceState(invoice.state), move)
    if isinstance(after, Objection):
        return after
    if move is Move.CREDIT and reason not in CREDITS:
        return Objection.NOT_NOW
    if move is Move.ISSUE:
        if version is not None and invoice.version != version:
            return Objection.CHANGED
        if invoice.units > left(invoice.quote.terms.units, queries.billed(invoice.quote)):
            return Objection.TOO_MUCH
        invoice.year, invoice.rank = _next(biller, Series.INVOICE)
        invoice.issued_on, invoice.due_on = biller.today, due_on(biller.today)
    if move is Move.CREDIT and reason is not None:
        year, rank = _next(biller, Series.CREDIT)
        CreditNote.objects.create(
            invoice=invoice, seller=invoice.seller, year=year, rank=rank, issued_on=biller.today, reason=reason.value
        )
    invoice.state = after.value
    invoice.version += 1
    _mark(invoice, biller)
    invoice.save()
    _step(invoice.id, move, biller)
    return invoice


def _quote(biller: Biller, id: UUID) -> Quote | None:
    """A quote of one's own, locked; a buyer's is no draft."""
    found = Quote.objects.select_for_update(of=("self",)).filter(id=id)
    if biller.side is Side.SELLER:
        return found.filter(seller=biller.organisation).first()
    return found.filter(buyer=biller.organisation).exclude(state=QuoteState.DRAFT.value).first()


def _next(biller: Biller, series: Series) -> tuple[int, int]:
    """The next number of a series, locked until the document that bears it is written: a rollback takes it back."""
    wanted = {"seller": biller.organisation, "series": series.value, "year": biller.today.year}
    Numbering.objects.bulk_create([Numbering(**wanted)], ignore_conflicts=True)
    held = Numbering.objects.select_for_update().get(**wanted)
    held.last += 1
    held.save(update_fields=["last"])
    return held.year, held.last


def _mark(document: Quote | Invoice, biller: Biller) -> None:
    document.changed_by, document.changed_at = biller.account, biller.at


def _step(document: UUID, move: Move, biller: Biller) -> None:
    Step.objects.create(document=document, move=move.value, account=biller.account, at=biller.at)
