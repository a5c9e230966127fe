"""The console's rows about somebody follow a file that is made one with another, and go back, in every table."""

from tests.config.console.rows import NAMING, fill
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import Diary
from tests.systems.prescriptions.school import Books


def test_rows_of_every_table_that_names_a_person_follow_a_merge_and_go_back(
    stack: Stack, fresh_for_module: FreshDatabase
) -> None:
    guard, diary, books = stack.guard, Diary(fresh_for_module), Books(fresh_for_module)
    member, office = guard.member("Camille Moreau"), guard.organisation
    stays, goes, other = [
        stack.person(organisation=office, referent=as_referent(member), last_name="Doublon") for _ in range(3)
    ]
    session = books.session(office)
    for person in (goes, other):
        fill(books, diary, person, office, member.account, session)
    named = {row["name"] for row in books.run(NAMING) if row["by"] == "person"}
    hanging = [row["name"] for row in books.run(NAMING) if row["by"] == "prescription"]

    def whose() -> dict[str, set[str]]:
        found = {}
        for table in named:
            found[table] = {str(row["person"]) for row in books.run(f'SELECT person FROM "{table}"')}
        for table in hanging:
            of = f'SELECT p.person FROM "{table}" t JOIN prescription p ON p.id = t.prescription'
            found[table] = {str(row["person"]) for row in books.run(of)}
        return found

    def everywhere(*people: str) -> dict[str, set[str]]:
        return {table: set(people) for table in (*named, *hanging)}

    assert whose() == everywhere(goes, other), "a row of every table"
    desk = stack.signed_in(member)
    page = desk.get(f"/personnes/{stays}/doublon/{goes}/")
    fields = {**page.hidden("stays_version"), "contact-keep": "stays", "same": "on"}
    done = desk.post(page.url, fields, page=page)
    assert done.status == 200, done.text
    assert whose() == everywhere(stays, other)
    [separate] = [link for link in desk.get("/doublons/").links() if link.endswith("/separer/")]
    desk.post(separate, {}, page=desk.get(separate))
    assert whose() == everywhere(goes, other)
