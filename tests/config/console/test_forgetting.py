"""What the console keeps of somebody who was erased goes at the next sign-in; what it keeps of others stays."""

from uuid import uuid4

from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.systems.cases.diary import Diary, at
from tests.systems.prescriptions.school import Books


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

    async def erase() -> None:
        async with world.conn.transaction():
            await erase_person(world.conn, world.keys, entry=Entry(await world.now(), "erased", gone))

    guard.run(erase())
    assert len(diary.of(gone)) == 2
    stack.signed_in(account)
    for table in ("appointment", '"case"', "prescription"):
        left = [str(row["person"]) for row in books.run(f"SELECT DISTINCT person FROM {table}")]
        assert left == [here], table
    assert len(books.run("SELECT id FROM prescription_step")) == 1
    assert "POST /v1/erasures/gone" in stack.asked
