"""Quotes, invoices, credit notes: counts, cents, dates and codes. What was sent or issued stays as it was."""

import uuid
from typing import ClassVar

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

KEEP = """
CREATE FUNCTION billing_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    loose CONSTANT text[] := ARRAY['state', 'reason', 'version', 'changed_by', 'changed_at'];
BEGIN
    IF OLD.state <> 'draft'
        AND (NEW.state = 'draft' OR (to_jsonb(OLD) - loose) IS DISTINCT FROM (to_jsonb(NEW) - loose)) THEN
        RAISE EXCEPTION 'a document that was sent or issued is not changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_keep BEFORE UPDATE ON billing_quote FOR EACH ROW EXECUTE FUNCTION billing_keep();
CREATE TRIGGER billing_keep BEFORE UPDATE ON billing_invoice FOR EACH ROW EXECUTE FUNCTION billing_keep();
CREATE FUNCTION billing_count() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.seller, NEW.series, NEW.year) IS DISTINCT FROM (OLD.id, OLD.seller, OLD.series, OLD.year)
        OR NEW.last <> OLD.last + 1 THEN
        RAISE EXCEPTION 'a series is numbered without a gap' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_count BEFORE UPDATE ON billing_numbering FOR EACH ROW EXECUTE FUNCTION billing_count();
GRANT SELECT, INSERT ON billing_particulars, billing_credit_note, billing_step TO beffroi_console;
GRANT SELECT, INSERT, UPDATE ON billing_numbering, billing_quote, billing_invoice TO beffroi_console;
"""
UNDO = """
DROP TRIGGER billing_keep ON billing_quote;
DROP TRIGGER billing_keep ON billing_invoice;
DROP TRIGGER billing_count ON billing_numbering;
DROP FUNCTION billing_keep();
DROP FUNCTION billing_count();
REVOKE ALL ON billing_particulars, billing_credit_note, billing_step, billing_numbering, billing_quote,
    billing_invoice FROM beffroi_console;
"""


class Migration(migrations.Migration):
    """Nothing is ever deleted; particulars, credit notes and steps are never changed either."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Numbering",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("seller", models.UUIDField()),
                ("series", models.CharField(max_length=24)),
                ("year", models.SmallIntegerField()),
                ("last", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "billing_numbering",
                "constraints": [
                    models.UniqueConstraint(fields=("seller", "series", "year"), name="billing_numbering_once"),
                    models.CheckConstraint(
                        condition=models.Q(("series__in", ["D", "F", "A"])), name="billing_numbering_series"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Particulars",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("side", models.CharField(max_length=24)),
                ("name", models.CharField(max_length=200)),
                ("siret", models.CharField(max_length=14)),
                ("address", models.CharField(max_length=120)),
                ("postcode", models.CharField(max_length=5)),
                ("town", models.CharField(max_length=120)),
                ("declaration", models.CharField(max_length=11)),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "billing_particulars",
                "indexes": [models.Index(fields=["organisation", "-made_at"], name="billing_particulars_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["seller", "buyer"])), name="billing_particulars_side"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("seller", models.UUIDField()),
                ("buyer", models.UUIDField()),
                ("session", models.UUIDField()),
                ("reference", models.CharField(max_length=32)),
                ("title", models.CharField(max_length=120)),
                ("place", models.CharField(max_length=120)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("trainees", models.SmallIntegerField()),
                ("hours", models.SmallIntegerField()),
                ("unit", models.CharField(max_length=24)),
                ("cents", models.IntegerField()),
                ("vat", models.CharField(max_length=24)),
                ("net", models.BigIntegerField()),
                ("tax", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                ("valid_until", models.DateField()),
                ("state", models.CharField(default="draft", max_length=24)),
                ("year", models.SmallIntegerField(null=True)),
                ("rank", models.IntegerField(null=True)),
                ("sent_on", models.DateField(null=True)),
                ("reason", models.CharField(max_length=24, null=True)),
                ("version", models.IntegerField(default=1)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
                (
                    "buyer_as",
                    models.ForeignKey(
                        db_column="buyer_as",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.particulars",
                    ),
                ),
                (
                    "seller_as",
                    models.ForeignKey(
                        db_column="seller_as",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.particulars",
                    ),
                ),
            ],
            options={
                "db_table": "billing_quote",
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("seller", models.UUIDField()),
                ("buyer", models.UUIDField()),
                ("units", models.IntegerField()),
                ("net", models.BigIntegerField()),
                ("tax", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                ("state", models.CharField(default="draft", max_length=24)),
                ("year", models.SmallIntegerField(null=True)),
                ("rank", models.IntegerField(null=True)),
                ("issued_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("version", models.IntegerField(default=1)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
                (
                    "buyer_as",
                    models.ForeignKey(
                        db_column="buyer_as",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.particulars",
                    ),
                ),
                (
                    "seller_as",
                    models.ForeignKey(
                        db_column="seller_as",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.particulars",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        db_column="quote",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="invoicing.quote",
                    ),
                ),
            ],
            options={
                "db_table": "billing_invoice",
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("document", models.UUIDField(db_index=True)),
                ("move", models.CharField(max_length=24)),
                ("account", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "billing_step",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("move__in", ["send", "accept", "refuse", "issue", "agree", "pay", "credit"])
                        ),
                        name="billing_step_move",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("seller", models.UUIDField()),
                ("year", models.SmallIntegerField()),
                ("rank", models.IntegerField()),
                ("issued_on", models.DateField()),
                ("reason", models.CharField(max_length=24)),
                (
                    "invoice",
                    models.OneToOneField(
                        db_column="invoice",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit",
                        to="invoicing.invoice",
                    ),
                ),
            ],
            options={
                "db_table": "billing_credit_note",
                "constraints": [
                    models.UniqueConstraint(fields=("seller", "year", "rank"), name="billing_credit_note_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["price", "dates", "no-need", "wrong-count", "wrong-price", "not-held"])
                        ),
                        name="billing_credit_note_reason",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["seller", "state", "-changed_at"], name="billing_quote_of_seller"),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["buyer", "state", "-changed_at"], name="billing_quote_of_buyer"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.UniqueConstraint(fields=("seller", "year", "rank"), name="billing_quote_number"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "sent", "accepted", "refused"])),
                name="billing_quote_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__in", ["hour", "trainee"])), name="billing_quote_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("vat__in", ["exempt", "standard"])), name="billing_quote_vat"
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["price", "dates", "no-need", "wrong-count", "wrong-price", "not-held"])
                ),
                name="billing_quote_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hours__gte", 1),
                    ("hours__lte", 2000),
                    ("trainees__gte", 1),
                    ("trainees__lte", 500),
                    ("cents__gte", 1),
                    ("cents__lte", 1000000),
                    ("net__gte", 1),
                    ("tax__gte", 0),
                    ("total", django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax"))),
                ),
                name="billing_quote_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rank", None), ("state", "draft")),
                    models.Q(models.Q(("state", "draft"), _negated=True), ("rank__gte", 1)),
                    _connector="OR",
                ),
                name="billing_quote_numbered",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["seller", "state", "-changed_at"], name="billing_invoice_of_seller"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["buyer", "state", "-changed_at"], name="billing_invoice_of_buyer"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(fields=("seller", "year", "rank"), name="billing_invoice_number"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("quote",), name="billing_invoice_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "issued", "agreed", "paid", "cancelled"])),
                name="billing_invoice_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("net__gte", 1),
                    ("tax__gte", 0),
                    ("units__gte", 1),
                    ("total", django.db.models.expressions.CombinedExpression(models.F("net"), "+", models.F("tax"))),
                ),
                name="billing_invoice_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rank", None), ("state", "draft")),
                    models.Q(models.Q(("state", "draft"), _negated=True), ("rank__gte", 1)),
                    _connector="OR",
                ),
                name="billing_invoice_numbered",
            ),
        ),
        migrations.RunSQL(KEEP, reverse_sql=UNDO),
    ]
