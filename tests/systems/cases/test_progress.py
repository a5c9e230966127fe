"""Follow-ups through the whole product: status and programmes written, lists narrowed, and what a page costs."""

import re
from datetime import date, timedelta

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.config.console.stack import Stack, Visitor
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import Diary, at, questions

__all__ = ["adviser"]
TODAY = at(0, 12).date()


@pytest.fixture(scope="module")
def diary(fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


def followed(stack: Stack, member: Member, name: str) -> str:
    return stack.person(organisation=stack.guard.organisation, referent=as_referent(member), last_name=name)


def say(visitor: Visitor, person: str, status: str, contacted_on: date | None = None) -> None:
    fields = {"quoi": "statut", "status": status, "contacted_on": "" if contacted_on is None else str(contacted_on)}
    assert visitor.post(f"/personnes/{person}/parcours/", fields).status == 200


def begin(visitor: Visitor, person: str, code: str, starts_on: date, ends_on: date | None = None) -> int:
    fields = {
        "quoi": "programme", "programme-code": code, "programme-starts_on": str(starts_on),
        "programme-ends_on": "" if ends_on is None else str(ends_on),
    }  # fmt: skip
    return visitor.post(f"/personnes/{person}/parcours/", fields).status


def test_adviser_writes_status_and_programme_and_reads_them_on_the_file(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Parcourue")
    address = f"/personnes/{person}/parcours/"
    file = adviser.visitor.get(f"/personnes/{person}/")
    assert address in file.links()
    assert "Non renseigné" in file.text
    say(adviser.visitor, person, "followed", TODAY - timedelta(days=2))
    assert begin(adviser.visitor, person, "cej", TODAY) == 200
    file = adviser.visitor.get(f"/personnes/{person}/")
    assert "En accompagnement" in file.text
    assert "CEJ" in file.text


def test_adviser_is_offered_no_status_and_no_programme_that_nobody_chose(stack: Stack, adviser: Adviser) -> None:
    address = f"/personnes/{followed(stack, adviser.member, 'Rien')}/parcours/"
    page = adviser.visitor.get(address)
    for first in ("Choisissez un statut", "Choisissez"):
        assert f'<option value="" selected>{first}</option>' in page.html
    said = adviser.visitor.post(address, {"quoi": "statut", "status": "paused", "contacted_on": ""}, page=page)
    assert '<option value="paused" selected>' in said.html


def test_day_of_contact_that_is_emptied_is_kept_no_more(stack: Stack, adviser: Adviser) -> None:
    person, day = followed(stack, adviser.member, "Appelee"), TODAY - timedelta(days=2)
    say(adviser.visitor, person, "followed", day)
    address, known = f"/personnes/{person}/parcours/", f'name="contacted_on" value="{day}"'
    emptied = {"quoi": "statut", "status": "followed", "contacted_on": ""}
    assert known in adviser.visitor.get(address).html
    adviser.visitor.post(address, emptied)  # a page of before that day was written
    page = adviser.visitor.get(address)
    assert known in page.html
    adviser.visitor.post(address, page.hidden("shown_on") | emptied, page=page)
    assert known not in adviser.visitor.get(address).html


def test_programme_is_followed_once_at_a_time_and_ends_on_a_day_of_its_own(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Dispositif")
    address = f"/personnes/{person}/parcours/"
    assert begin(adviser.visitor, person, "pacea", TODAY - timedelta(days=100)) == 200
    again = adviser.visitor.post(
        address, {"quoi": "programme", "programme-code": "pacea", "programme-starts_on": str(TODAY)}
    )
    assert again.status == 422
    assert "déjà suivi à ces dates" in again.text
    page = adviser.visitor.get(address)
    period = re.search(r'<option value="([0-9a-f-]{36})">PACEA', page.html)
    assert period is not None
    ending = {"quoi": "fin", "periode": period[1]}
    early = adviser.visitor.post(address, ending | {"fin-day": str(TODAY - timedelta(days=101))})
    assert early.status == 422
    assert adviser.visitor.post(address, ending | {"fin-day": str(TODAY - timedelta(days=1))}).status == 200
    twice = adviser.visitor.post(address, ending | {"fin-day": str(TODAY)})
    assert twice.status == 422
    assert begin(adviser.visitor, person, "pacea", TODAY) == 200


def test_programme_noted_by_mistake_is_removed_after_a_confirmation_and_from_its_own_person_alone(
    stack: Stack, adviser: Adviser
) -> None:
    person, other = (followed(stack, adviser.member, name) for name in ("Retiree", "Voisine"))
    for each in (person, other):
        assert begin(adviser.visitor, each, "aij", TODAY - timedelta(days=9), TODAY) == 200
    page = adviser.visitor.get(f"/personnes/{person}/parcours/")
    folded = re.search(r"<details>.*?</details>", page.html, re.DOTALL)
    assert folded is not None
    assert "Confirmer le retrait" in folded[0]
    period = re.search(r'name="periode" value="([0-9a-f-]{36})"', folded[0])
    assert period is not None
    removal = {"quoi": "retrait", "periode": period[1]}
    astray = adviser.visitor.post(f"/personnes/{other}/parcours/", removal)
    assert "Ce dispositif a déjà été retiré." in astray.text
    assert "Aucun dispositif." not in astray.text
    assert "Aucun dispositif." not in adviser.visitor.get(f"/personnes/{person}/parcours/").text
    done = adviser.visitor.post(f"/personnes/{person}/parcours/", removal)
    assert "Le dispositif est retiré." in done.text
    assert "Aucun dispositif." in done.text
    again = adviser.visitor.post(f"/personnes/{person}/parcours/", removal)
    assert "Ce dispositif a déjà été retiré." in again.text
    assert adviser.visitor.post(f"/personnes/{person}/parcours/", {"quoi": "retrait", "periode": "x"}).status == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"quoi": "statut", "status": "a free text about somebody"},
        {"quoi": "statut", "status": "", "contacted_on": str(TODAY)},
        {"quoi": "statut", "status": "followed", "contacted_on": str(TODAY + timedelta(days=1))},
        {"quoi": "statut", "status": "followed", "contacted_on": "1950-01-01"},
        {"quoi": "programme", "programme-code": "lottery", "programme-starts_on": str(TODAY)},
        {"quoi": "programme", "programme-code": "", "programme-starts_on": str(TODAY)},
        {"quoi": "programme", "programme-code": "cej", "programme-starts_on": ""},
        {
            "quoi": "programme", "programme-code": "cej", "programme-starts_on": str(TODAY),
            "programme-ends_on": str(TODAY - timedelta(days=1)),
        },
    ],
)  # fmt: skip
def test_follow_up_that_is_typed_wrongly_is_refused_and_written_nowhere(
    adviser: Adviser, fields: dict[str, str]
) -> None:
    page = adviser.visitor.post(f"/personnes/{adviser.own}/parcours/", fields)
    assert page.status == 422
    assert 'id="erreurs"' in page.html
    assert "Aucun dispositif." in page.text
    assert "Non renseigné" in adviser.visitor.get(f"/personnes/{adviser.own}/").text


def test_only_who_writes_follow_ups_of_this_office_reaches_one(stack: Stack, adviser: Adviser) -> None:
    address = f"/personnes/{adviser.own}/parcours/"
    reception = stack.signed_in(stack.guard.member("Rita Receptionist", role="receptionist"))
    south = stack.signed_in(stack.guard.member("Sud Elsewhere", organisation=stack.guard.world.offices["South"]))
    assert adviser.visitor.get(address).status == 200
    for visitor in (reception, south):
        assert visitor.get(address).status == 404
        assert visitor.post(address, {"quoi": "statut", "status": "left"}).status == 404
        assert visitor.post(address, {"quoi": "retrait", "periode": adviser.own}).status == 404
    assert address not in reception.get(f"/personnes/{adviser.own}/").links()


@pytest.fixture(scope="module")
def mixed(stack: Stack, diary: Diary) -> tuple[Visitor, Member]:
    """Thirty people of one adviser: a third welcomed, half of the rest in a programme, some with an hour to come."""
    member = stack.guard.member("Flora Filter")
    visitor = stack.signed_in(member)
    for number in range(30):
        person = followed(stack, member, f"Filtre{chr(65 + number // 10)}{chr(65 + number % 10)}")
        if number < 10:
            say(visitor, person, "welcome", TODAY - timedelta(days=5))
        elif number < 20:
            say(visitor, person, "followed")
            begin(visitor, person, "cej", TODAY - timedelta(days=30))
        if number % 10 == 0:
            diary.give(person, stack.guard.organisation, member.account, at(4, 9 + number // 10))
        if number in (10, 11):
            diary.give(person, stack.guard.organisation, member.account, at(-70, 9), state="present")
    return visitor, member


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 30),
        ("statut=welcome", 10),
        ("statut=followed&dispositif=cej", 10),
        ("statut=welcome&dispositif=cej", 0),
        ("contact=within-30", 10),
        ("contact=over-30", 20),
        ("contact=over-60&statut=followed", 10),
        ("venir=some", 3),
        ("venir=none&statut=welcome", 9),
        ("statut=of-no-list", 30),
    ],
)
def test_filters_combine_and_the_count_is_right(mixed: tuple[Visitor, Member], asked: str, count: int) -> None:
    page = mixed[0].get(f"/portefeuille/filtre/?portee=mes&{asked}")
    assert page.status == 200
    assert f"{count} personne" in page.text
    assert page.html.count('scope="row"') == min(count, 25)
    if not count:
        assert "Personne ne correspond à ces filtres" in page.text


def test_second_page_keeps_the_filter_and_shows_the_others(mixed: tuple[Visitor, Member]) -> None:
    first = mixed[0].get("/portefeuille/filtre/?portee=mes&contact=over-30&venir=none")
    assert first.html.count('scope="row"') == 18
    everybody = mixed[0].get("/portefeuille/filtre/?portee=mes")
    following = next(link for link in everybody.links() if "page=2" in link)
    second = mixed[0].get(f"/portefeuille/filtre/{following}")
    assert second.html.count('scope="row"') == 5
    names = [set(re.findall(r"FILTRE[A-Z]{2}", page.text)) for page in (everybody, second)]
    assert len(names[0] | names[1]) == 30


def test_longest_unseen_comes_first(mixed: tuple[Visitor, Member]) -> None:
    page = mixed[0].get("/portefeuille/filtre/?portee=mes&statut=followed")
    names = re.findall(r"FILTRE[A-Z]{2}", page.text)
    assert names[-2:] == ["FILTREBB", "FILTREBA"]
    assert "Les personnes vues il y a le plus longtemps d’abord." in page.text


def test_filtered_page_costs_two_calls_and_four_questions_however_many_people(
    stack: Stack, mixed: tuple[Visitor, Member], postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        mixed[0].get("/portefeuille/filtre/?portee=mes&statut=followed")
    assert [call for call in stack.asked if call != "POST /v1/token"] == [
        "GET /v1/session", "POST /v1/list/ids", "POST /v1/list",
    ]  # fmt: skip
    assert len(cost.asked) == 4, cost.asked  # of these one is the menu's count of prescriptions


def test_filter_opens_only_the_people_of_the_page(stack: Stack, diary: Diary) -> None:
    member = stack.guard.member("Olga Opens")
    visitor = stack.signed_in(member)
    one, other = followed(stack, member, "Montrée"), followed(stack, member, "Gardée")
    say(visitor, one, "paused")
    stack.guard.execute("DELETE FROM guard.reach WHERE account = $1", member.account)
    before = len(stack.guard.journal("released", member.account))
    visitor.get("/portefeuille/filtre/?portee=mes&statut=paused")
    opened = [str(entry["person"]) for entry in stack.guard.journal("released", member.account)[before:]]
    assert opened == [one]
    assert other not in opened


def test_adviser_of_another_office_narrows_only_what_is_hers(stack: Stack, mixed: tuple[Visitor, Member]) -> None:
    south = stack.signed_in(stack.guard.member("Sara South", organisation=stack.guard.world.offices["South"]))
    page = south.get("/portefeuille/filtre/?portee=structure&statut=welcome")
    assert "0 personne" in page.text
    assert "FILTRE" not in page.text
