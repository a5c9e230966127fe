"""What the console may store about people is a closed list: a column that is not in it fails here."""

from contextlib import closing

import psycopg

from beffroi.config.database import CONSOLE
from tests.databases import FreshDatabase

UUID, HOUR, CODE = "uuid", "timestamp with time zone", "character varying(24)"
FLAG = "boolean"
ALLOWED = {
    "appointment": {
        "id": UUID, "person": UUID, "organisation": UUID, "account": UUID, "starts_at": HOUR, "ends_at": HOUR,
        "kind": CODE, "place": CODE, "state": CODE, "follows": UUID, "arrived_at": HOUR,
        "changed_by": UUID, "changed_at": HOUR,
    },
    "case": {
        "id": UUID, "person": UUID, "organisation": UUID, "status": CODE, "contacted_on": "date", "changed_by": UUID,
        "changed_at": HOUR,
    },
    "programme": {
        "id": UUID, "person": UUID, "organisation": UUID, "code": CODE, "starts_on": "date", "ends_on": "date",
        "changed_by": UUID, "changed_at": HOUR,
    },
    "due_step": {
        "id": UUID, "person": UUID, "organisation": UUID, "account": UUID, "due_on": "date", "state": CODE,
        "changed_by": UUID, "changed_at": HOUR,
    },
    "merged_row": {"id": UUID, "merge": UUID, "code": CODE, "row": UUID},
    "prescription": {
        "id": UUID, "person": UUID, "session": UUID, "organisation": UUID, "office": UUID, "account": UUID,
        "state": CODE, "reason": CODE, "waiting_at": HOUR, "new_to_office": FLAG, "new_to_training": FLAG,
        "sent_at": HOUR, "changed_at": HOUR,
    },
    "prescription_step": {"id": UUID, "prescription": UUID, "state": CODE, "account": UUID, "at": HOUR},
    "attendance": {
        "id": UUID, "prescription": UUID, "session": UUID, "day": "date", "half": CODE, "mark": CODE,
        "changed_by": UUID, "changed_at": HOUR,
    },
    "training_ending": {"prescription": UUID, "outcome": CODE, "reason": CODE, "account": UUID, "at": HOUR},
    # Django's own history of the schema: names of migrations.
    "django_migrations": {
        "id": "bigint", "app": "character varying(255)", "name": "character varying(255)", "applied": HOUR,
    },
}  # fmt: skip
"""DESIGN §2: random person id, organisation, account, status and programme codes, dates. A text is a code of a list,
which a constraint of the table holds; no amount, no name, no free text."""
CODES = {
    ("appointment", "kind"), ("appointment", "place"), ("appointment", "state"), ("case", "status"),
    ("programme", "code"), ("due_step", "state"), ("merged_row", "code"),
    ("appointment", "kind"), ("appointment", "place"), ("appointment", "state"), ("prescription", "state"),
    ("prescription", "reason"), ("prescription_step", "state"), ("attendance", "half"), ("attendance", "mark"),
    ("training_ending", "outcome"), ("training_ending", "reason"),
}  # fmt: skip
ABOUT_NOBODY = {
    "prescribing_office": {"office": UUID, "name": "character varying(200)"},
    "training_session": {
        "id": UUID, "organisation": UUID, "organisation_name": "character varying(200)",
        "reference": "character varying(32)", "title": "character varying(120)", "commune": "character varying(5)",
        "place": "character varying(120)", "address": "character varying(120)", "latitude": "double precision",
        "longitude": "double precision", "starts_on": "date", "ends_on": "date", "places": "smallint",
        "taken": "smallint", "prerequisites": "character varying(500)", "rome": "character varying(5)[]",
        "words": "character varying(2000)", "cancelled_at": HOUR, "version": "integer", "changed_by": UUID,
        "changed_at": HOUR,
    },
    "training_day": {
        "id": UUID, "session": UUID, "day": "date", "morning": "smallint", "afternoon": "smallint",
        "changed_by": UUID, "changed_at": HOUR,
    },
    "billing_particulars": {
        "id": UUID, "organisation": UUID, "side": CODE, "name": "character varying(200)",
        "siret": "character varying(14)", "address": "character varying(120)", "postcode": "character varying(5)",
        "town": "character varying(120)", "declaration": "character varying(11)", "made_by": UUID, "made_at": HOUR,
    },
    "billing_numbering": {"id": UUID, "seller": UUID, "series": CODE, "year": "smallint", "last": "integer"},
    "billing_quote": {
        "id": UUID, "seller": UUID, "buyer": UUID, "seller_as": UUID, "buyer_as": UUID, "session": UUID,
        "reference": "character varying(32)", "title": "character varying(120)", "place": "character varying(120)",
        "starts_on": "date", "ends_on": "date", "trainees": "smallint", "hours": "smallint", "unit": CODE,
        "cents": "integer", "vat": CODE, "net": "bigint", "tax": "bigint", "total": "bigint", "valid_until": "date",
        "state": CODE, "year": "smallint", "rank": "integer", "sent_on": "date", "reason": CODE, "version": "integer",
        "changed_by": UUID, "changed_at": HOUR,
    },
    "billing_invoice": {
        "id": UUID, "quote": UUID, "seller": UUID, "buyer": UUID, "seller_as": UUID, "buyer_as": UUID,
        "units": "integer", "net": "bigint", "tax": "bigint", "total": "bigint", "state": CODE, "year": "smallint",
        "rank": "integer", "issued_on": "date", "due_on": "date", "version": "integer", "changed_by": UUID,
        "changed_at": HOUR,
    },
    "billing_credit_note": {
        "id": UUID, "invoice": UUID, "seller": UUID, "year": "smallint", "rank": "integer", "issued_on": "date",
        "reason": CODE,
    },
    "billing_step": {"id": UUID, "document": UUID, "move": CODE, "account": UUID, "at": HOUR},
}  # fmt: skip
"""Tables without a person: what organisations say of themselves to the whole network, and what they owe one another:
amounts of sessions and counts, never of somebody."""
COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'console'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0
    AND NOT a.attisdropped
"""


def test_console_stores_no_column_that_is_not_in_the_closed_list(fresh: FreshDatabase) -> None:
    found: dict[str, dict[str, str]] = {}
    with closing(psycopg.connect(fresh.owner)) as owner:
        for table, column, kind in owner.execute(COLUMNS).fetchall():
            found.setdefault(table, {})[column] = kind
    assert found == ALLOWED | ABOUT_NOBODY
    assert not any("person" in columns for columns in ABOUT_NOBODY.values())


def test_every_text_of_the_console_about_a_person_is_a_code_that_the_table_holds_to_a_list(
    fresh: FreshDatabase,
) -> None:
    texts = {
        (table, column)
        for table, columns in ALLOWED.items()
        for column, kind in columns.items()
        if kind.startswith(("character", "text", "json")) and table != "django_migrations"
    }
    assert texts == CODES
    with closing(psycopg.connect(fresh.owner)) as owner:
        rules = " ".join(
            row[0]
            for row in owner.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE contype = 'c' AND connamespace = 'console'::regnamespace"
            ).fetchall()
        )
    for _, column in CODES:
        assert f"({column})::text = ANY" in rules


def test_console_writes_its_rows_and_not_the_history_of_its_schema(fresh: FreshDatabase) -> None:
    with closing(psycopg.connect(fresh.owner)) as owner:
        granted = owner.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = %s AND table_schema = 'console'",
            [CONSOLE],
        ).fetchall()
    assert {table for table, _ in granted} == set(ALLOWED | ABOUT_NOBODY) - {"django_migrations"}
    assert {privilege for _, privilege in granted} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
