"""Statistics of the network: every office counted, small counts withheld, for who acts for all of them alone."""

import csv
from datetime import date, timedelta
from io import StringIO
from uuid import uuid4

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.prescribing import State
from tests.config.console.stack import Stack, Visitor
from tests.databases import FreshDatabase
from tests.governance.leavers.staff import promote
from tests.systems.cases.diary import Diary, at, questions
from tests.systems.prescriptions.school import Books

ADDRESS = "/statistiques/reseau/"
MONDAY = -at(0, 12).weekday()
FOLLOWED = {"North": 9, "South": 7, "East": 2}


@pytest.fixture(scope="module")
def network(stack: Stack, fresh_for_module: FreshDatabase) -> Visitor:
    """Three offices that follow people; last week North received six of them, prescribed five times, began six.

    A fourth received six last week and follows nobody any more."""
    guard, diary, books = stack.guard, Diary(fresh_for_module), Books(fresh_for_module)
    offices = guard.world.offices
    guard.run(guard.world.organisation("East"))
    root = guard.run(guard.world.organisation("Network", kind="network"))
    people = {
        name: [stack.person(organisation=offices[name]) for _ in range(many)] for name, many in FOLLOWED.items()
    }
    north, gone, account = offices["North"], str(uuid4()), str(uuid4())
    for number, person in enumerate(people["North"][:6]):
        diary.give(person, north, account, at(MONDAY - 7, 8 + number), state="present")
        diary.give(person, gone, account, at(MONDAY - 7, 8 + number), state="present")
        books.run(
            "INSERT INTO programme (id, person, organisation, code, starts_on, ends_on, changed_by, changed_at)"
            " VALUES (%s, %s, %s, 'cej', %s, %s, %s, now())",
            uuid4(), person, north, date.today() - timedelta(days=30),  # noqa: DTZ011  a day of a form
            date.today() + timedelta(days=number - 1), account,  # noqa: DTZ011  the first ended yesterday
        )  # fmt: skip
    session = books.session(str(uuid4()))
    for person in people["North"][:5]:
        books.run(
            "INSERT INTO prescription (id, person, session, organisation, office, account, state, new_to_office,"
            " new_to_training, sent_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s, 'sent', false, false, %s, now())",
            uuid4(), person, session, uuid4(), north, account, at(MONDAY - 7, 10),
        )  # fmt: skip
    diary.give(people["South"][0], offices["South"], account, at(MONDAY - 14, 9), state="absent")
    diary.give(people["South"][1], offices["South"], account, at(MONDAY - 70, 9), state="present")
    member = guard.member("Nadege Network")
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", held, organisation=root)
    visitor = stack.signed_in(member)
    promote(stack, member, "network-administrator")
    return visitor


def test_who_acts_for_the_network_reads_what_every_office_counts(network: Visitor) -> None:
    file = network.get(f"{ADDRESS}statistiques.csv")
    assert file.response.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(StringIO(file.html.lstrip("\ufeff")), delimiter=";")) == [
        ["Structure", "Personnes suivies", "Dispositifs en cours", "Rendez-vous", "Prescriptions"],
        ["East", "", "0", "0", "0"],
        ["North", "9", "5", "", "5"],  # 7 appointments less 6 would tell South's one
        ["South", "", "0", "", "0"],  # 18 people less 9 and 7 would tell East's two
    ]


def test_page_shows_what_the_file_says_and_counts_no_row_again_within_ten_minutes(
    stack: Stack, network: Visitor, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    network.get(ADDRESS)
    before = stack.guard.one("SELECT count(*) FROM guard.journal WHERE kind = 'released'")
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        page = network.get(ADDRESS)
    assert page.status == 200
    assert "non montré" in page.text
    assert "Reporté 0 Total 7 " in page.text, "not those of an office that follows nobody any more"
    assert page.text.count("North") == 1
    asked = [call for call in stack.asked if call != "POST /v1/token"]
    assert asked == ["GET /v1/session", "POST /v1/inventory/followed"]
    assert cost.asked == []
    assert stack.guard.one("SELECT count(*) FROM guard.journal WHERE kind = 'released'") == before


def test_adviser_reads_where_the_prescriptions_of_the_office_stand(stack: Stack, network: Visitor) -> None:
    for office, told in (("North", {"Envoyée": "5"}), ("South", {})):
        member = stack.guard.member(f"Ada {office}", organisation=stack.guard.world.offices[office])
        file = stack.signed_in(member).get("/statistiques/statistiques.csv")
        rows = [line for line in csv.reader(StringIO(file.html), delimiter=";") if line[0] == "Prescriptions"]
        assert {label: count for _, label, count in rows if count != "0"} == told
        assert len(rows) == len(State)


def test_manager_of_one_office_has_no_statistics_of_the_network(stack: Stack, network: Visitor) -> None:
    assert ADDRESS in network.get("/accueil/").links()
    member = stack.guard.member("Marc Manager")
    visitor = stack.signed_in(member)
    promote(stack, member, "account-manager")
    assert visitor.get(ADDRESS).status == visitor.get(f"{ADDRESS}statistiques.csv").status == 404
    assert ADDRESS not in visitor.get("/accueil/").links()
