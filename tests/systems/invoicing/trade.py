"""A training organisation that bills, a rival with the same role, and two offices with a billing clerk each."""

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from beffroi.core.ids import OrganisationId
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.diary import PARIS
from tests.systems.prescriptions.school import Books

SIRETS = ("73282932000074", "35600000000048", "55208131766522", "41816609600069")
PASSKEY = 3


def on(days: int) -> date:
    """A day, so many from today."""
    return datetime.now(PARIS).date() + timedelta(days=days)


CLERK = "billing-clerk"


def clerk(stack: Stack, member: Member) -> Visitor:
    """Signed in as an adviser, then a billing clerk with a passkey as far as the guard remembers.

    Browsers sign in with passkeys (tests/browser); a visitor without a browser has none.
    """
    visitor = stack.signed_in(member)
    held = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    stack.guard.amend("habilitation", held, role=CLERK)
    session = stack.guard.one("SELECT id FROM guard.session WHERE account = $1", member.account)
    stack.guard.amend("session", session, level=PASSKEY)
    return visitor


@dataclass
class Firm:
    """An organisation, and who bills for it."""

    id: str
    name: str
    member: Member
    visitor: Visitor

    def says(self, **changes: str) -> Page:
        """Its legal particulars."""
        told = {"address": "2 rue des Ateliers", "postcode": "63000", "town": "Clermont-Ferrand"}
        return self.visitor.post("/devis/mentions-legales/", {**told, "declaration": "83630123463", **changes})


def firm(stack: Stack, name: str, who: str, role: str, kind: str, siret: str | None) -> Firm:
    """One more of them."""
    place: OrganisationId = stack.guard.run(stack.guard.world.organisation(name, kind=kind))
    stack.guard.amend("organisation", place, siret=siret)
    member = stack.guard.member(who, role="adviser" if role == CLERK else role, organisation=place)
    return Firm(str(place), name, member, clerk(stack, member) if role == CLERK else stack.signed_in(member))


@dataclass
class Trade:
    """Everybody, and the console's tables behind their backs."""

    stack: Stack
    books: Books
    school: Firm
    rival: Firm
    office: Firm
    elsewhere: Firm

    def terms(self, **changes: Any) -> dict[str, Any]:
        """What is typed in the form of a quote."""
        return {
            "buyer": self.office.id, "trainees": "12", "hours": "40", "unit": "hour", "price": "12,50",
            "vat": "exempt", "valid_until": f"{on(30):%d/%m/%Y}",
        } | changes  # fmt: skip

    def draft(self, **changes: Any) -> str:
        """A draft of the school's."""
        session = self.books.session(self.school.id)
        page = self.school.visitor.post(f"/devis/nouveau/{session}/", self.terms(**changes))
        found = re.fullmatch(r"/devis/([0-9a-f-]{36})/", page.url)
        assert found is not None, page.text
        return found[1]

    def sent(self, **changes: Any) -> str:
        """A quote that the office received."""
        quote = self.draft(**changes)
        self.school.visitor.post(f"/devis/{quote}/", {"move": "send", "version": "1"})
        return quote

    def accepted(self, **changes: Any) -> str:
        """A quote that the office accepted."""
        quote = self.sent(**changes)
        self.office.visitor.post(f"/devis/{quote}/", {"move": "accept"})
        assert self.quote(quote)["state"] == "accepted"
        return quote

    def billed(self, quote: str, units: int) -> str:
        """A draft of an invoice."""
        page = self.school.visitor.post(f"/devis/{quote}/", {"move": "bill", "units": str(units)})
        found = re.fullmatch(r"/devis/factures/([0-9a-f-]{36})/", page.url)
        assert found is not None, page.text
        return found[1]

    def say(self, who: Firm, invoice: str, move: str, **more: str) -> Page:
        """Say something of an invoice, as it is now."""
        version = str(self.invoice(invoice)["version"])
        return who.visitor.post(f"/devis/factures/{invoice}/", {"move": move, "version": version, **more})

    def issued(self, quote: str, units: int) -> str:
        """An issued invoice."""
        invoice = self.billed(quote, units)
        self.say(self.school, invoice, "issue")
        assert self.invoice(invoice)["state"] == "issued"
        return invoice

    def quote(self, id: str) -> dict[str, Any]:
        """A quote as it is kept."""
        return self.books.run("SELECT * FROM billing_quote WHERE id = %s", id)[0]

    def invoice(self, id: str) -> dict[str, Any]:
        """An invoice as it is kept."""
        return self.books.run("SELECT * FROM billing_invoice WHERE id = %s", id)[0]

    def ranks(self, table: str) -> list[int]:
        """The numbers that the school gave, in order."""
        rows = self.books.run(
            f"SELECT rank FROM {table} WHERE seller = %s AND rank IS NOT NULL ORDER BY rank", self.school.id
        )
        return [row["rank"] for row in rows]


@pytest.fixture(scope="module")
def trade(stack: Stack, fresh_for_module: FreshDatabase) -> Trade:
    firms = [
        firm(stack, "Atelier", "Nadia Benali", "training-staff", "training-organisation", SIRETS[0]),
        firm(stack, "Rival", "Rita Rivale", "training-staff", "training-organisation", SIRETS[1]),
        firm(stack, "Valbrume", "Odile Comptable", "billing-clerk", "youth-office", SIRETS[2]),
        firm(stack, "Ailleurs", "Remi Comptable", "billing-clerk", "youth-office", SIRETS[3]),
    ]
    for each in firms:
        assert each.says().status == 200
    return Trade(stack, Books(fresh_for_module), *firms)


def as_owner(fresh: FreshDatabase, statement: str) -> list[dict[str, Any]]:
    """One statement as the tables' owner."""
    with closing(psycopg.connect(fresh.owner, autocommit=True, row_factory=dict_row)) as owner:
        cursor = owner.execute(statement.encode())
        return list(cursor.fetchall()) if cursor.description else []
