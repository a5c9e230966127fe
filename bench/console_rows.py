"""The console's tables at the size of the population: cases, programmes, appointments, sessions, prescriptions.

Written by PostgreSQL from the relations of the population: codes, dates, the guard's random ids. Made once.
"""

import os
from pathlib import Path

import psycopg

from beffroi.config.console_tables import migrate_console
from beffroi.config.database import Databases
from bench.population import OFFICES

SLOTS_A_DAY = 8
"""Hours an adviser offers: each person followed has one, over some thirty days around today."""
SESSIONS_OF_ONE = 6
_FOLLOWED = (
    "SELECT person, organisation, referent, row_number() OVER (PARTITION BY referent) - 1 AS rank FROM guard.relation"
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
_TABLES = ('console."case"', "console.programme", "console.appointment", "console.training_session",
           "console.prescription")  # fmt: skip


def fill(admin: str, roles: Databases, state: Path) -> dict[str, int]:
    """Migrate and fill the console's tables where they are empty; rows of each."""
    told = {"BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(state), "BEFFROI_OWNER_DATABASE_URL": roles.owner}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_"))}
    migrate_console(kept | told)
    with psycopg.connect(admin) as connection:
        found = connection.execute('SELECT EXISTS (SELECT FROM console."case")').fetchone()
        if found is not None and not found[0]:
            for statement in _FILL:
                connection.execute(statement.encode())
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        counted = {}
        for table in _TABLES:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            counted[table.partition(".")[2].strip('"')] = int(row[0]) if row else 0
        return counted
