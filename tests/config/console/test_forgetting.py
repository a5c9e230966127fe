"""What the console keeps of somebody who was erased goes at the next sign-in; what it keeps of others stays."""

from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from tests.config.console.rows import NAMING, fill
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.systems.cases.diary import Diary
from tests.systems.prescriptions.school import Books


def test_console_forgets_who_was_erased_and_keeps_the_others(stack: Stack, fresh_for_module: FreshDatabase) -> None:
    guard, diary, books = stack.guard, Diary(fresh_for_module), Books(fresh_for_module)
    world, office = guard.world, guard.organisation
    account = guard.member("Ana Adviser")
    gone, here = stack.person(organisation=office), stack.person(organisation=office)
    session = books.session(office)
    prescription = ""
    for person in (gone, here):
        prescription = fill(books, diary, person, office, account.account, session)

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
        kept = here if row["by"] == "person" else prescription
        assert left == [kept], row
    assert "POST /v1/erasures/gone" in stack.asked
