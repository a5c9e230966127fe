"""What the console keeps of somebody who was erased goes at the next sign-in; what it keeps of others stays."""

from uuid import uuid4

from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.systems.cases.diary import Diary, at
from tests.systems.prescriptions.school import Books

NAMING = """
SELECT table_name AS name, column_name AS by FROM information_schema.columns
WHERE table_schema = 'console' AND column_name IN ('person', 'prescription')
"""
"""Every table of the console that names a person, or hangs on a prescription."""


def test_console_forgets_who_was_erased_and_keeps_the_others(stack: Stack, fresh_for_module: FreshDatabase) -> None:
    guard, diary, books = stack.guard, Diary(fresh_for_module), Books(fresh_for_module)
    world, office = guard.world, guard.organisation
    account = guard.member("Ana Adviser")
    gone, here = stack.person(organisation=office), stack.person(organisation=office)
    session = books.session(office)
    for person in (gone, here):
        first = diary.give(person, office, account.account, at(-900, 9), state="postponed")
        second = diary.give(person, office, account.account, at(-890, 9), state="present")
        books.run("UPDATE appointment SET follows = %s WHERE id = %s", first, second)
        books.run(
            'INSERT INTO "case" (id, person, organisation, status, changed_by, changed_at)'
            " VALUES (%s, %s, %s, 'left', %s, now())",
            uuid4(), person, office, account.account,
        )  # fmt: skip
        prescription = uuid4()
        books.run(
            "INSERT INTO prescription (id, person, session, organisation, office, account, state, new_to_office,"
            " new_to_training, sent_at, changed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, 'ended', false, false, now(), now())",
            prescription, person, session, office, office, account.account,
        )  # fmt: skip
        books.run(
            "INSERT INTO prescription_step (id, prescription, state, account, at)"
            " VALUES (%s, %s, 'ended', %s, now())",
            uuid4(), prescription, account.account,
        )  # fmt: skip
        books.run(
            "INSERT INTO programme (id, person, organisation, code, starts_on, changed_by, changed_at)"
            " VALUES (%s, %s, %s, 'cej', '2024-01-02', %s, now())",
            uuid4(), person, office, account.account,
        )  # fmt: skip
        books.run(
            "INSERT INTO due_step (id, person, organisation, account, due_on, state, changed_by, changed_at)"
            " VALUES (%s, %s, %s, %s, '2024-01-02', 'to-do', %s, now())",
            uuid4(), person, office, account.account, account.account,
        )  # fmt: skip
        books.run(
            "INSERT INTO training_day (id, session, day, morning, afternoon, changed_by, changed_at)"
            " VALUES (%s, %s, '2024-01-02', 210, 210, %s, now()) ON CONFLICT DO NOTHING",
            uuid4(), session, account.account,
        )  # fmt: skip
        books.run(
            "INSERT INTO attendance (id, prescription, session, day, half, mark, changed_by, changed_at)"
            " VALUES (%s, %s, %s, '2024-01-02', 'morning', 'present', %s, now())",
            uuid4(), prescription, session, account.account,
        )  # fmt: skip
        books.run(
            "INSERT INTO training_ending (prescription, outcome, account, at) VALUES (%s, 'completed', %s, now())",
            prescription, account.account,
        )  # fmt: skip

    async def erase() -> None:
        async with world.conn.transaction():
            await erase_person(world.conn, world.keys, entry=Entry(await world.now(), "erased", gone))

    guard.run(erase())
    assert len(diary.of(gone)) == 2
    stack.signed_in(account)
    named = books.run(NAMING)
    assert {row["name"] for row in named} >= {"appointment", "due_step", "prescription_step", "attendance"}
    for row in named:
        left = [str(one["id"]) for one in books.run(f'SELECT DISTINCT {row["by"]} AS id FROM "{row["name"]}"')]
        kept = here if row["by"] == "person" else str(prescription)
        assert left == [kept], row
    assert "POST /v1/erasures/gone" in stack.asked
