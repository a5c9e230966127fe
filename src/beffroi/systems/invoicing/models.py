"""Quotes, invoices and credit notes between organisations: counts, cents, dates and codes; nobody, not even by id.

What a document says of its session is copied when it is made, and what it says of the two organisations is a row of
`Particulars` that never changes: a document that was sent stays as it was. The database refuses its change
(migration 0001), and nothing here is ever deleted.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.db import models

from beffroi.core.catalogue import LONGEST_LINE, LONGEST_REFERENCE
from beffroi.core.invoicing import (
    MOST_CENTS,
    MOST_HOURS,
    MOST_TRAINEES,
    Amount,
    InvoiceState,
    Move,
    QuoteState,
    Reason,
    Series,
    Terms,
    Unit,
    Vat,
    number,
)

LONGEST_CODE: Final = 24


def _code(**options: object) -> models.CharField[str, str]:
    return models.CharField(max_length=LONGEST_CODE, **options)  # type: ignore[arg-type]


class Particulars(models.Model):
    """What an organisation must say of itself on a document; the newest row is in force, none is ever changed.

    ``declaration``: a training organisation's activity declaration (code du travail, L6351-1), eleven digits.
    """

    objects: ClassVar[models.Manager[Particulars]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    side: models.CharField[str, str] = _code()
    name: models.CharField[str, str] = models.CharField(max_length=200)
    siret: models.CharField[str, str] = models.CharField(max_length=14)
    address: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    postcode: models.CharField[str, str] = models.CharField(max_length=5)
    town: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    declaration: models.CharField[str, str] = models.CharField(max_length=11)
    made_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """The newest of an organisation."""

        app_label = "invoicing"
        db_table = "billing_particulars"
        indexes: ClassVar = [models.Index(fields=["organisation", "-made_at"], name="billing_particulars_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(side__in=["seller", "buyer"]), name="billing_particulars_side")
        ]


class Numbering(models.Model):
    """The last number of a series: taken in the transaction that issues the document, so that no gap is left."""

    objects: ClassVar[models.Manager[Numbering]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    seller: models.UUIDField[UUID, UUID] = models.UUIDField()
    series: models.CharField[str, str] = _code()
    year: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    last: models.IntegerField[int, int] = models.IntegerField(default=0)

    class Meta:
        """One row a series."""

        app_label = "invoicing"
        db_table = "billing_numbering"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "series", "year"], name="billing_numbering_once"),
            models.CheckConstraint(
                condition=models.Q(series__in=[each.value for each in Series]), name="billing_numbering_series"
            ),
        ]


class Quote(models.Model):
    """A quote for one session, from its training organisation to the body that orders it."""

    objects: ClassVar[models.Manager[Quote]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    seller: models.UUIDField[UUID, UUID] = models.UUIDField()
    buyer: models.UUIDField[UUID, UUID] = models.UUIDField()
    seller_as: models.ForeignKey[Particulars, Particulars] = models.ForeignKey(
        Particulars, on_delete=models.PROTECT, related_name="+", db_column="seller_as", db_index=False
    )
    buyer_as: models.ForeignKey[Particulars, Particulars] = models.ForeignKey(
        Particulars, on_delete=models.PROTECT, related_name="+", db_column="buyer_as", db_index=False
    )
    session: models.UUIDField[UUID, UUID] = models.UUIDField()
    reference: models.CharField[str, str] = models.CharField(max_length=LONGEST_REFERENCE)
    title: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    place: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    starts_on: models.DateField[date, date] = models.DateField()
    ends_on: models.DateField[date, date] = models.DateField()
    trainees: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    hours: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    unit: models.CharField[str, str] = _code()
    cents: models.IntegerField[int, int] = models.IntegerField()
    vat: models.CharField[str, str] = _code()
    net: models.BigIntegerField[int, int] = models.BigIntegerField()
    tax: models.BigIntegerField[int, int] = models.BigIntegerField()
    total: models.BigIntegerField[int, int] = models.BigIntegerField()
    valid_until: models.DateField[date, date] = models.DateField()
    state: models.CharField[str, str] = _code(default=QuoteState.DRAFT.value)
    year: models.SmallIntegerField[int | None, int | None] = models.SmallIntegerField(null=True)
    rank: models.IntegerField[int | None, int | None] = models.IntegerField(null=True)
    sent_on: models.DateField[date | None, date | None] = models.DateField(null=True)
    reason: models.CharField[str | None, str | None] = models.CharField(max_length=LONGEST_CODE, null=True)
    version: models.IntegerField[int, int] = models.IntegerField(default=1)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Ways in: a seller's, a buyer's. Its number is its own; it has one from the day it is sent."""

        app_label = "invoicing"
        db_table = "billing_quote"
        indexes: ClassVar = [
            models.Index(fields=["seller", "state", "-changed_at"], name="billing_quote_of_seller"),
            models.Index(fields=["buyer", "state", "-changed_at"], name="billing_quote_of_buyer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "year", "rank"], name="billing_quote_number"),
            models.CheckConstraint(
                condition=models.Q(state__in=[each.value for each in QuoteState]), name="billing_quote_state"
            ),
            models.CheckConstraint(
                condition=models.Q(unit__in=[each.value for each in Unit]), name="billing_quote_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(vat__in=[each.value for each in Vat]), name="billing_quote_vat"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[each.value for each in Reason]), name="billing_quote_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(trainees__gte=1, trainees__lte=MOST_TRAINEES, hours__gte=1, hours__lte=MOST_HOURS)
                & models.Q(cents__gte=1, cents__lte=MOST_CENTS, net__gte=1, tax__gte=0)
                & models.Q(total=models.F("net") + models.F("tax")),
                name="billing_quote_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", rank=None) | (~models.Q(state="draft") & models.Q(rank__gte=1)),
                name="billing_quote_numbered",
            ),
        ]

    @property
    def number(self) -> str:
        """The number it bears; nothing before it is sent."""
        return "" if self.year is None or self.rank is None else number(Series.QUOTE, self.year, self.rank)

    @property
    def terms(self) -> Terms:
        """What it says."""
        return Terms(self.trainees, self.hours, Unit(self.unit), self.cents, Vat(self.vat), self.valid_until)

    @property
    def amount(self) -> Amount:
        """What it comes to."""
        return Amount(self.net, self.tax, self.total)


class Invoice(models.Model):
    """An invoice of so many units of an accepted quote, at its price."""

    objects: ClassVar[models.Manager[Invoice]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    quote: models.ForeignKey[Quote, Quote] = models.ForeignKey(
        Quote, on_delete=models.PROTECT, related_name="invoices", db_column="quote"
    )
    seller: models.UUIDField[UUID, UUID] = models.UUIDField()
    buyer: models.UUIDField[UUID, UUID] = models.UUIDField()
    seller_as: models.ForeignKey[Particulars, Particulars] = models.ForeignKey(
        Particulars, on_delete=models.PROTECT, related_name="+", db_column="seller_as", db_index=False
    )
    buyer_as: models.ForeignKey[Particulars, Particulars] = models.ForeignKey(
        Particulars, on_delete=models.PROTECT, related_name="+", db_column="buyer_as", db_index=False
    )
    units: models.IntegerField[int, int] = models.IntegerField()
    net: models.BigIntegerField[int, int] = models.BigIntegerField()
    tax: models.BigIntegerField[int, int] = models.BigIntegerField()
    total: models.BigIntegerField[int, int] = models.BigIntegerField()
    state: models.CharField[str, str] = _code(default=InvoiceState.DRAFT.value)
    year: models.SmallIntegerField[int | None, int | None] = models.SmallIntegerField(null=True)
    rank: models.IntegerField[int | None, int | None] = models.IntegerField(null=True)
    issued_on: models.DateField[date | None, date | None] = models.DateField(null=True)
    due_on: models.DateField[date | None, date | None] = models.DateField(null=True)
    version: models.IntegerField[int, int] = models.IntegerField(default=1)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Ways in: a seller's, a buyer's, a quote's. One draft a quote; a number from the day it is issued."""

        app_label = "invoicing"
        db_table = "billing_invoice"
        indexes: ClassVar = [
            models.Index(fields=["seller", "state", "-changed_at"], name="billing_invoice_of_seller"),
            models.Index(fields=["buyer", "state", "-changed_at"], name="billing_invoice_of_buyer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "year", "rank"], name="billing_invoice_number"),
            models.UniqueConstraint(
                fields=["quote"], condition=models.Q(state="draft"), name="billing_invoice_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[each.value for each in InvoiceState]), name="billing_invoice_state"
            ),
            models.CheckConstraint(
                condition=models.Q(units__gte=1, net__gte=1, tax__gte=0)
                & models.Q(total=models.F("net") + models.F("tax")),
                name="billing_invoice_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", rank=None) | (~models.Q(state="draft") & models.Q(rank__gte=1)),
                name="billing_invoice_numbered",
            ),
        ]

    @property
    def number(self) -> str:
        """The number it bears; nothing before it is issued."""
        return "" if self.year is None or self.rank is None else number(Series.INVOICE, self.year, self.rank)

    @property
    def amount(self) -> Amount:
        """What it comes to."""
        return Amount(self.net, self.tax, self.total)


class CreditNote(models.Model):
    """What cancels one issued invoice, whole, and why."""

    objects: ClassVar[models.Manager[CreditNote]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    invoice: models.OneToOneField[Invoice, Invoice] = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, related_name="credit", db_column="invoice"
    )
    seller: models.UUIDField[UUID, UUID] = models.UUIDField()
    year: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    rank: models.IntegerField[int, int] = models.IntegerField()
    issued_on: models.DateField[date, date] = models.DateField()
    reason: models.CharField[str, str] = _code()

    class Meta:
        """Its number is its own."""

        app_label = "invoicing"
        db_table = "billing_credit_note"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "year", "rank"], name="billing_credit_note_number"),
            models.CheckConstraint(
                condition=models.Q(reason__in=[each.value for each in Reason]), name="billing_credit_note_reason"
            ),
        ]

    @property
    def number(self) -> str:
        """The number it bears."""
        return number(Series.CREDIT, self.year, self.rank)


class Step(models.Model):
    """What was said of a quote or of an invoice, by whose account, when."""

    objects: ClassVar[models.Manager[Step]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    document: models.UUIDField[UUID, UUID] = models.UUIDField(db_index=True)
    move: models.CharField[str, str] = _code()
    account: models.UUIDField[UUID, UUID] = models.UUIDField()
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Read with its document alone."""

        app_label = "invoicing"
        db_table = "billing_step"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(move__in=[each.value for each in Move]), name="billing_step_move"
            )
        ]
