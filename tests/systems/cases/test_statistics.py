"""Statistics of an office through the whole product: right counts, small ones withheld, nobody opened."""

import csv
import re
from io import StringIO

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import FreshDatabase
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import Diary, at, questions

MONDAY = -at(0, 12).weekday()


@pytest.fixture(scope="module")
def office(stack: Stack, fresh_for_module: FreshDatabase) -> Visitor:
    """Eight followed people, six paused, two welcomed; last week twelve came and two did not."""
    member = stack.guard.member("Stella Statistics")
    visitor = stack.signed_in(member)
    diary = Diary(fresh_for_module)
    for number in range(16):
        status = "followed" if number < 8 else "paused" if number < 14 else "welcome"
        person = stack.person(
            organisation=stack.guard.organisation, referent=as_referent(member), last_name=f"Compte{number}x"
        )
        visitor.post(f"/personnes/{person}/parcours/", {"quoi": "statut", "status": status, "contacted_on": ""})
        if number < 14:
            state = "present" if number < 12 else "absent"
            diary.give(
                person,
                stack.guard.organisation,
                member.account,
                at(MONDAY - 7, 8, 3 * number),
                minutes=15,
                state=state,
            )
    diary.give(person, stack.guard.organisation, member.account, at(MONDAY - 70, 8), state="present")
    diary.give(person, stack.guard.world.offices["South"], member.account, at(MONDAY - 7, 8), state="present")
    return visitor


def counts(page: Page, title: str) -> dict[str, str]:
    """Rows of one table of the file."""
    rows = csv.reader(StringIO(page.html.lstrip("\ufeff")), delimiter=";")
    return {label: count for table, label, count in rows if table == title}


def test_office_is_counted_and_small_counts_are_withheld_with_what_would_give_them_back(office: Visitor) -> None:
    file = office.get("/statistiques/statistiques.csv")
    assert file.response.headers["content-type"].startswith("text/csv")
    assert counts(file, "Statut") == {
        "En cours d’accueil": "", "En accompagnement": "8", "En pause": "", "Accompagnement terminé": "0",
        "Non renseigné": "0",
    }  # fmt: skip
    assert counts(file, "Rendez-vous") == {
        "Prévu": "0", "Présent": "", "Absent": "", "Excusé": "0", "Annulé": "0", "Reporté": "0"
    }  # fmt: skip
    weeks = counts(file, "Semaine")
    assert len(weeks) == 8
    assert weeks[str(at(MONDAY - 7, 12).date())] == "14"
    assert set(weeks.values()) == {"14", "0"}


def test_page_shows_what_the_file_says_and_opens_nobody(
    stack: Stack, office: Visitor, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    before = stack.guard.one("SELECT count(*) FROM guard.journal WHERE kind = 'released'")
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        page = office.get("/statistiques/")
    assert page.status == 200
    assert "non montré" in page.text
    assert not re.search(r"COMPTE\d|Compte\d", page.html)
    assert [call for call in stack.asked if call != "POST /v1/token"] == ["GET /v1/session", "POST /v1/list/ids"]
    assert len(cost.asked) == 5, cost.asked  # of these one is the menu's count of prescriptions
    assert stack.guard.one("SELECT count(*) FROM guard.journal WHERE kind = 'released'") == before


def test_other_office_reads_its_own_counts_alone(stack: Stack, office: Visitor) -> None:
    south = stack.signed_in(stack.guard.member("Sven South", organisation=stack.guard.world.offices["South"]))
    file = south.get("/statistiques/statistiques.csv")
    assert set(counts(file, "Statut").values()) == {"0"}
    assert counts(file, "Rendez-vous")["Présent"] == ""


def test_agent_without_files_reads_no_statistics(stack: Stack) -> None:
    member = stack.guard.member("Max Manager")
    visitor = stack.signed_in(member)
    held = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    stack.guard.amend("habilitation", held, role="account-manager")
    assert "pas ouverte à votre rôle" in visitor.get("/statistiques/").text
    assert visitor.get("/statistiques/statistiques.csv").status == 404
