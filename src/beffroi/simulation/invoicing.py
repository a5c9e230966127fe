"""Invented quotes and invoices of the demonstration's training organisation, as rows of the console's tables.

One quote in each state between the organisation and the office that everybody visits, and two invoices, of which one
is paid: what a person who signs in there finds to do.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid5

import psycopg

from beffroi.core.invoicing import (
    InvoiceState,
    Move,
    QuoteState,
    Reason,
    Series,
    Side,
    Terms,
    Unit,
    Vat,
    amount,
    due_on,
)
from beffroi.simulation.catalogue import session_rows
from beffroi.simulation.directory import AGENCY_CODE, NAMESPACE, Organisation
from beffroi.simulation.personas import BY_LOGIN, OFFICE, OTHER_OFFICE, TRAINING
from beffroi.simulation.world import World

SELLER, BUYER = "nadia.benali", "odile.renard"
"""Who bills for the training organisation, and who orders for the office."""
_DECLARATION: Final = "83630000000"
_STATES: Final = (QuoteState.ACCEPTED, QuoteState.SENT, QuoteState.REFUSED, QuoteState.DRAFT)
_ORDER: Final = ("billing_particulars", "billing_numbering", "billing_quote", "billing_invoice", "billing_step")


def load(console_dsn: str, world: World, now: datetime) -> int:
    """Write them; how many rows. Done again, it adds nothing."""
    written = list(rows(world, now))
    with psycopg.connect(console_dsn) as connection, connection.cursor() as cursor:
        for table, row in sorted(written, key=lambda one: _ORDER.index(one[0])):
            names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
            cursor.execute(
                f"INSERT INTO console.{table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING".encode(), row
            )
    return len(written)


def rows(world: World, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows with their tables, around ``now``; the same for the same instant."""
    by_code = world.directory.by_code
    for code in (TRAINING, OFFICE, OTHER_OFFICE, AGENCY_CODE):
        yield "billing_particulars", _particulars(by_code[code], now)
    seller, buyer = by_code[TRAINING], by_code[OFFICE]
    sessions = [row for row in session_rows(world, now) if row["organisation"] == seller.id][: len(_STATES)]
    quotes = [
        _quote(session, state, seller, buyer, now - timedelta(days=3 * (len(_STATES) - rank)), rank)
        for rank, (state, session) in enumerate(zip(_STATES, sessions, strict=True), start=1)
    ]
    for quote in quotes:
        yield "billing_quote", quote
        yield from _steps(quote, _moves(QuoteState(quote["state"])))
    invoices = [_invoice(quotes[0], state, rank, now) for rank, state in ((1, "paid"), (2, "issued"))]
    for invoice in invoices:
        yield "billing_invoice", invoice
        yield from _steps(invoice, (Move.ISSUE, Move.PAY) if invoice["state"] == "paid" else (Move.ISSUE,))
    for series, last in ((Series.QUOTE, len(_STATES) - 1), (Series.INVOICE, len(invoices))):
        yield "billing_numbering", {
            "id": _id("numbering", series.value), "seller": seller.id, "series": series.value, "year": now.year,
            "last": last,
        }  # fmt: skip


def _particulars(one: Organisation, now: datetime) -> dict[str, Any]:
    sells = one.code == TRAINING
    return {
        "id": _id("particulars", one.code), "organisation": one.id, "side": Side.SELLER if sells else Side.BUYER,
        "name": one.name, "siret": one.siret, "address": "1 place de la République", "postcode": one.postcode,
        "town": one.city, "declaration": _DECLARATION if sells else "", "made_by": BY_LOGIN[SELLER].id,
        "made_at": now - timedelta(days=30),
    }  # fmt: skip


def _quote(
    session: dict[str, Any], state: QuoteState, seller: Organisation, buyer: Organisation, at: datetime, rank: int
) -> dict[str, Any]:
    hours = 7 * max(5, (session["ends_on"] - session["starts_on"]).days // 2)
    terms = Terms(session["places"], hours, Unit.HOUR, 1_150 + 50 * rank, Vat.EXEMPT, at.date() + timedelta(days=60))
    sent = state is not QuoteState.DRAFT
    return {
        "id": _id("quote", str(rank)), "seller": seller.id, "buyer": buyer.id,
        "seller_as": _id("particulars", seller.code), "buyer_as": _id("particulars", buyer.code),
        "session": session["id"], "reference": session["reference"], "title": session["title"],
        "place": session["place"], "starts_on": session["starts_on"], "ends_on": session["ends_on"],
        "trainees": terms.trainees, "hours": terms.hours, "unit": terms.unit.value, "cents": terms.cents,
        "vat": terms.vat.value, "net": terms.amount.net, "tax": terms.amount.tax, "total": terms.amount.total,
        "valid_until": terms.valid_until, "state": state.value, "year": at.year if sent else None,
        "rank": rank if sent else None, "sent_on": at.date() if sent else None,
        "reason": Reason.PRICE.value if state is QuoteState.REFUSED else None, "version": 1,
        "changed_by": BY_LOGIN[SELLER].id, "changed_at": at,
    }  # fmt: skip


def _invoice(quote: dict[str, Any], state: str, rank: int, now: datetime) -> dict[str, Any]:
    units = quote["trainees"] * quote["hours"] // 4
    net, tax, total = amount(units, quote["cents"], Vat(quote["vat"]))
    at = now - timedelta(days=3 - rank)
    return {
        "id": _id("invoice", str(rank)), "quote": quote["id"], "seller": quote["seller"], "buyer": quote["buyer"],
        "seller_as": quote["seller_as"], "buyer_as": quote["buyer_as"], "units": units, "net": net, "tax": tax,
        "total": total, "state": InvoiceState(state).value, "year": now.year, "rank": rank, "issued_on": at.date(),
        "due_on": due_on(at.date()), "version": 1, "changed_by": BY_LOGIN[SELLER].id, "changed_at": at,
    }  # fmt: skip


def _moves(state: QuoteState) -> Sequence[Move]:
    return {
        QuoteState.DRAFT: (), QuoteState.SENT: (Move.SEND,), QuoteState.ACCEPTED: (Move.SEND, Move.ACCEPT),
        QuoteState.REFUSED: (Move.SEND, Move.REFUSE),
    }[state]  # fmt: skip


def _steps(document: dict[str, Any], moves: Sequence[Move]) -> Iterator[tuple[str, dict[str, Any]]]:
    for rank, move in enumerate(moves):
        by = BUYER if move in (Move.ACCEPT, Move.REFUSE) else SELLER
        yield "billing_step", {
            "id": _id("step", f"{document['id']}:{move}"), "document": document["id"], "move": move.value,
            "account": BY_LOGIN[by].id, "at": (document["changed_at"] + timedelta(hours=rank)).astimezone(UTC),
        }  # fmt: skip


def _id(kind: str, code: str) -> str:
    return str(uuid5(NAMESPACE, f"billing:{kind}:{code}"))
