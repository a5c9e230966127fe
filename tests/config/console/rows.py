"""One row of every table of the console that names a person, or hangs on a prescription."""

from uuid import uuid4

from tests.systems.cases.diary import Diary, at
from tests.systems.prescriptions.school import Books

NAMING = """
SELECT table_name AS name, column_name AS by FROM information_schema.columns
WHERE table_schema = 'console' AND column_name IN ('person', 'prescription')
"""
"""Every table of the console that names a person, or hangs on a prescription."""


def fill(books: Books, diary: Diary, person: str, office: str, account: str, session: str) -> str:
    """A row of each about this person; the id of the prescription on which some of them hang."""
    first = diary.give(person, office, account, at(-900, 9), state="postponed")
    second = diary.give(person, office, account, at(-890, 9), state="present")
    books.run("UPDATE appointment SET follows = %s WHERE id = %s", first, second)
    books.run(
        'INSERT INTO "case" (id, person, organisation, status, changed_by, changed_at)'
        " VALUES (%s, %s, %s, 'left', %s, now())",
        uuid4(), person, office, account,
    )  # fmt: skip
    prescription = str(uuid4())
    books.run(
        "INSERT INTO prescription (id, person, session, organisation, office, account, state, new_to_office,"
        " new_to_training, sent_at, changed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, 'ended', false, false, now(), now())",
        prescription, person, session, office, office, account,
    )  # fmt: skip
    books.run(
        "INSERT INTO prescription_step (id, prescription, state, account, at) VALUES (%s, %s, 'ended', %s, now())",
        uuid4(), prescription, account,
    )  # fmt: skip
    books.run(
        "INSERT INTO programme (id, person, organisation, code, starts_on, changed_by, changed_at)"
        " VALUES (%s, %s, %s, 'cej', '2024-01-02', %s, now())",
        uuid4(), person, office, account,
    )  # fmt: skip
    books.run(
        "INSERT INTO due_step (id, person, organisation, account, due_on, state, changed_by, changed_at)"
        " VALUES (%s, %s, %s, %s, '2024-01-02', 'to-do', %s, now())",
        uuid4(), person, office, account, account,
    )  # fmt: skip
    books.run(
        "INSERT INTO training_day (id, session, day, morning, afternoon, changed_by, changed_at)"
        " VALUES (%s, %s, '2024-01-02', 210, 210, %s, now()) ON CONFLICT DO NOTHING",
        uuid4(), session, account,
    )  # fmt: skip
    books.run(
        "INSERT INTO attendance (id, prescription, session, day, half, mark, changed_by, changed_at)"
        " VALUES (%s, %s, %s, '2024-01-02', 'morning', 'present', %s, now())",
        uuid4(), prescription, session, account,
    )  # fmt: skip
    books.run(
        "INSERT INTO training_ending (prescription, outcome, account, at) VALUES (%s, 'completed', %s, now())",
        prescription, account,
    )  # fmt: skip
    return prescription
