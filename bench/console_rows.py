"""The console's tables at the size of the population: cases, programmes, appointments, sessions, prescriptions.

Written by PostgreSQL from the relations of the population: codes, dates, the guard's random ids. Made once.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from beffroi.config.console_tables import migrate_console
from beffroi.config.database import Databases
from bench.population import OFFICES

SLOTS_A_DAY = 8
"""Hours an adviser offers: each person followed has one, over some thirty days around today."""
SESSIONS_OF_ONE = 6
_FOLLOWED = (
    "SELECT person, organisation, referent, row_number() OVER (PARTITION BY referent) - 1 AS rank FROM guard.relation"
    " WHERE kind = 'followed' AND referent IS NOT NULL"
)
_FILL = (
    f"""
    INSERT INTO console."case" (id, person, organisation, status, contacted_on, changed_by, changed_at)
    SELECT gen_random_uuid(), person, organisation, (ARRAY['followed', 'followed', 'welcome', 'paused'])
        [1 + rank % 4], current_date - (rank % 90)::int, referent, now() FROM ({_FOLLOWED}) AS followed
    """,
    f"""
    INSERT INTO console.programme (id, person, organisation, code, starts_on, ends_on, changed_by, changed_at)
    SELECT gen_random_uuid(), person, organisation, (ARRAY['pacea', 'cej'])[1 + (rank / 3) % 2],
        current_date - 30 - (rank % 200)::int, NULL, referent, now() FROM ({_FOLLOWED}) AS followed WHERE rank % 3 = 0
    """,
    f"""
    INSERT INTO console.appointment (id, person, organisation, account, starts_at, ends_at, kind, place, state,
        changed_by, changed_at)
    SELECT gen_random_uuid(), person, organisation, referent, begins, begins + interval '45 minutes', 'follow-up',
        'office', CASE WHEN begins < now() THEN 'present' ELSE 'planned' END, referent, now()
    FROM (
        SELECT *, (current_date + time '08:00') AT TIME ZONE 'Europe/Paris'
            + make_interval(days => (rank / {SLOTS_A_DAY})::int - 15, hours => (rank % {SLOTS_A_DAY})::int)
            AS begins
        FROM ({_FOLLOWED}) AS followed
    ) AS given
    """,
    f"""
    INSERT INTO console.training_session (id, organisation, organisation_name, reference, title, commune, place,
        address, latitude, longitude, starts_on, ends_on, places, taken, prerequisites, rome, words, version,
        changed_by, changed_at)
    SELECT gen_random_uuid(), md5('school' || number / {SESSIONS_OF_ONE})::uuid,
        'Organisme ' || number / {SESSIONS_OF_ONE}, 'R-' || number, 'CAP cuisine, groupe ' || number, '63113',
        'Clermont-Ferrand (63)', '2 rue des Ateliers', 43 + random() * 7, -1 + random() * 8,
        current_date + (number % 90), current_date + 90 + (number % 90), 12, 0, 'Lire et compter',
        ARRAY['G1602'], ' cap cuisine groupe organisme clermont ferrand g1602 ', 1, gen_random_uuid(), now()
    FROM generate_series(1, {OFFICES * SESSIONS_OF_ONE}) AS number
    """,
    f"""
    INSERT INTO console.prescription (id, person, session, organisation, office, account, state, new_to_office,
        new_to_training, sent_at, changed_at)
    SELECT gen_random_uuid(), person, course.id, course.organisation, followed.organisation, referent, 'sent',
        false, true, now() - make_interval(days => (rank % 60)::int), now() - make_interval(days => (rank % 60)::int)
    FROM ({_FOLLOWED}) AS followed
    JOIN (
        SELECT id, organisation, row_number() OVER (ORDER BY id) - 1 AS place FROM console.training_session
    ) AS course
        ON course.place = (('x' || left(md5(person::text), 7))::bit(28)::int % {OFFICES * SESSIONS_OF_ONE})
    WHERE rank % 10 = 0
    """,
)
CLASSES = OFFICES
"""Training organisations, each with a class under way; the first one's is that of the bench's own trainees."""
CLASS_OF_ONE, DAYS, INVOICES_OF_ONE = 12, 30, 200
_REST = {
    "console.due_step": (
        f"""
    INSERT INTO console.due_step (id, person, organisation, account, due_on, state, changed_by, changed_at)
    SELECT gen_random_uuid(), person, organisation, referent, current_date + (rank % 40)::int - 10, 'to-do', referent,
        now()
    FROM ({_FOLLOWED}) AS followed WHERE rank % 4 = 0
    """,
    ),
    "console.training_day": (
        f"""
    INSERT INTO console.training_session (id, organisation, organisation_name, reference, title, commune, place,
        address, latitude, longitude, starts_on, ends_on, places, taken, prerequisites, rome, words, version,
        changed_by, changed_at)
    SELECT md5('class' || number)::uuid, md5('school' || number)::uuid, 'Organisme ' || number, 'EN-COURS',
        'Remise à niveau', '63113', 'Clermont-Ferrand (63)', '2 rue des Ateliers', 45.7, 3.1,
        current_date - {DAYS}, current_date + {DAYS}, 90, 60, 'Lire et compter', ARRAY['G1602'],
        ' remise niveau ', 1, gen_random_uuid(), now()
    FROM generate_series(0, {CLASSES - 1}) AS number
    """,
        f"""
    INSERT INTO console.prescription (id, person, session, organisation, office, account, state, new_to_office,
        new_to_training, sent_at, changed_at)
    SELECT gen_random_uuid(), person, md5('class' || school)::uuid, md5('school' || school)::uuid, organisation,
        referent, 'entered', false, false, now() - interval '60 days', now() - interval '{DAYS} days'
    FROM (
        SELECT person, organisation, referent, 0 AS school FROM guard.relation
        WHERE kind = 'followed' AND person = ANY (%(trainees)s)
        UNION ALL
        SELECT person, organisation, referent, 1 + (row_number() OVER ()) / {CLASS_OF_ONE}
        FROM (
            SELECT * FROM guard.relation
            WHERE kind = 'followed' AND referent IS NOT NULL AND person <> ALL (%(trainees)s)
            LIMIT {CLASS_OF_ONE * (CLASSES - 1) - 1}
        ) AS others
    ) AS trained
    """,
        f"""
    INSERT INTO console.training_day (id, session, day, morning, afternoon, changed_by, changed_at)
    SELECT gen_random_uuid(), md5('class' || number)::uuid, current_date + day, 210, 210, gen_random_uuid(), now()
    FROM generate_series(0, {CLASSES - 1}) AS number, generate_series(-{DAYS}, {DAYS}) AS day
    """,
        f"""
    INSERT INTO console.attendance (id, prescription, session, day, half, mark, changed_by, changed_at)
    SELECT gen_random_uuid(), p.id, p.session, current_date - day, half, 'present', gen_random_uuid(), now()
    FROM console.prescription p, generate_series(1, {DAYS}) AS day,
        unnest(ARRAY['morning', 'afternoon']) AS half
    WHERE p.state = 'entered'
    """,
    ),
    "console.billing_invoice": (
        f"""
    INSERT INTO console.billing_particulars (id, organisation, side, name, siret, address, postcode, town,
        declaration, made_by, made_at)
    SELECT md5('particulars' || organisation)::uuid, organisation, side, name, '13002526500013',
        '1 place de la République', '63000', 'Clermont-Ferrand', declaration, gen_random_uuid(), now()
    FROM (
        SELECT id AS organisation, 'buyer' AS side, name, '' AS declaration FROM guard.organisation
        WHERE kind = 'youth-office'
        UNION ALL
        SELECT md5('school' || number)::uuid, 'seller', 'Organisme ' || number, '83630000000'
        FROM generate_series(0, {CLASSES - 1}) AS number
    ) AS told
    """,
        f"""
    INSERT INTO console.billing_quote (id, seller, buyer, seller_as, buyer_as, session, reference, title, place,
        starts_on, ends_on, trainees, hours, unit, cents, vat, net, tax, total, valid_until, state, year, rank,
        sent_on, reason, version, changed_by, changed_at)
    SELECT md5('quote' || number || '/' || each)::uuid, md5('school' || number)::uuid, buyer.id,
        md5('particulars' || md5('school' || number)::uuid)::uuid, md5('particulars' || buyer.id)::uuid,
        md5('class' || number)::uuid, 'EN-COURS', 'Remise à niveau', 'Clermont-Ferrand (63)', current_date,
        current_date + 30, 10, 35, 'hour', 1250, 'exempt', 437500, 0, 437500, current_date + 60, 'accepted', 2026,
        each, current_date, NULL, 3, gen_random_uuid(), now() - make_interval(hours => each)
    FROM generate_series(0, {CLASSES - 1}) AS number, generate_series(1, {INVOICES_OF_ONE}) AS each
    JOIN (
        SELECT id, row_number() OVER (ORDER BY code) - 1 AS place FROM guard.organisation WHERE kind = 'youth-office'
    ) AS buyer ON buyer.place = each % 20
    """,
        """
    INSERT INTO console.billing_invoice (id, quote, seller, buyer, seller_as, buyer_as, units, net, tax, total, state,
        year, rank, issued_on, due_on, version, changed_by, changed_at)
    SELECT gen_random_uuid(), id, seller, buyer, seller_as, buyer_as, 350, net, tax, total,
        CASE WHEN rank % 2 = 0 THEN 'paid' ELSE 'issued' END, 2026, rank, current_date, current_date + 30, 2,
        gen_random_uuid(), changed_at
    FROM console.billing_quote
    """,
    ),
}
"""What a table is filled by, where it is empty; with it, those that it stands on."""
_TABLES = ('console."case"', "console.programme", "console.appointment", "console.training_session",
           "console.prescription", "console.due_step", "console.training_day", "console.attendance",
           "console.billing_quote", "console.billing_invoice")  # fmt: skip


def fill(admin: str, roles: Databases, state: Path, trainees: Sequence[str]) -> dict[str, int]:
    """Migrate and fill the console's tables where they are empty; rows of each. ``trainees`` are the first class."""
    told = {"BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(state), "BEFFROI_OWNER_DATABASE_URL": roles.owner}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_"))}
    migrate_console(kept | told)
    with psycopg.connect(admin) as connection:
        found = connection.execute('SELECT EXISTS (SELECT FROM console."case")').fetchone()
        if found is not None and not found[0]:
            for statement in _FILL:
                connection.execute(statement.encode())
        for table, statements in _REST.items():
            found = connection.execute(f"SELECT EXISTS (SELECT FROM {table})".encode()).fetchone()
            if found is not None and not found[0]:
                for statement in statements:
                    _once(connection, statement, trainees)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        counted = {}
        for table in _TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            counted[table.partition(".")[2].strip('"')] = int(row[0]) if row else 0
        return counted


def _once(connection: "psycopg.Connection[Any]", statement: str, trainees: Sequence[str]) -> None:
    named = {"trainees": list(trainees)} if "%(trainees)s" in statement else None
    connection.execute(statement.encode(), named)
