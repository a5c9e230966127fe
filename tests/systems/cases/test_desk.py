"""Reception registers a newcomer, who is given an hour at once and waits for an adviser that a list shows them to."""

import re
from uuid import uuid4

from tests.config.console.stack import Page, Stack, Visitor
from tests.guard.world import some_nir
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.diary import Diary, at
from tests.systems.cases.test_reception import desk, diary

__all__ = ["adviser", "desk", "diary"]
NEW = "/personnes/nouvelle/"
WAITING = "/portefeuille/filtre/?portee=sans-referent"


def newcomer(last_name: str, **more: str) -> dict[str, str]:
    return {
        "identity-last_name": last_name, "identity-first_names": "Yann", "identity-birth_date": "01/02/2004",
        "contact-phone": "06 39 98 12 34", **more,
    }  # fmt: skip


def registered(desk: Visitor, last_name: str, **more: str) -> tuple[Page, str]:
    """The page after a registration, and the person's id."""
    page = desk.post(NEW, newcomer(last_name, **more))
    found = re.fullmatch(r"/reception/sans-rendez-vous/([0-9a-f-]{36})/", page.url)
    assert found is not None, page.text
    return page, found[1]


def test_receptionist_registers_and_comes_to_the_hours_of_who_was_registered(
    stack: Stack, adviser: Adviser, desk: Visitor, diary: Diary
) -> None:
    diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(-3, 9))
    assert NEW in desk.get("/reception/").links()
    form = desk.get(NEW)
    for shown in ("identity-last_name", "contact-email", "nir-nir"):
        assert f'name="{shown}"' in form.html
    assert "agency_id" not in form.html
    assert "vous n’en relirez que l’identité" in form.text
    assert form.links().count("/reception/") >= 1
    nir = some_nir().nir
    stack.asked.clear()
    page, person = registered(desk, "Nouvelle", **{"nir-nir": nir})
    assert "Il attend un conseiller référent." in page.text
    assert "Yann Nouvelle" in page.text
    assert "06 39" not in page.text
    assert nir not in page.html
    assert "Nouvelle" not in " ".join(desk.went)
    assert [call for call in stack.asked if call != "POST /v1/token"] == [
        "GET /v1/session", "POST /v1/create", "GET /v1/session", "POST /v1/open", "POST /v1/agents",
    ]  # fmt: skip
    assert f"/personnes/{person}/rendez-vous/" in page.links()
    given = desk.get(f"/personnes/{person}/rendez-vous/")
    hour = at(6, 10)
    fields = {
        "account": str(adviser.member.account), "kind": "first", "place": "office", "day": str(hour.date()),
        "hour": "10:00", "minutes": "30",
    }  # fmt: skip
    booked = desk.post(f"/personnes/{person}/rendez-vous/", fields, page=given)
    assert booked.status == 200
    [row] = diary.of(person)
    assert (row["kind"], row["state"], str(row["account"])) == ("first", "planned", str(adviser.member.account))


def test_receptionist_whose_registrations_are_used_up_keeps_what_she_typed(stack: Stack) -> None:
    member = stack.guard.member("Rosa Debordee", role="receptionist")
    visitor = stack.signed_in(member)
    for number in range(15):
        registered(visitor, f"Foule{chr(65 + number)}")
    before = stack.guard.one("SELECT count(*) FROM guard.person")
    page = visitor.post(NEW, newcomer("Seizieme"))
    assert page.status == 429
    assert "encore sur cette page" in page.text
    for kept in ("Seizieme", "Yann", "01/02/2004", "06 39 98 12 34"):
        assert f'value="{kept}"' in page.html
    assert stack.guard.one("SELECT count(*) FROM guard.person") == before


def test_receptionist_who_found_nobody_types_the_name_once(stack: Stack, desk: Visitor) -> None:
    typed = {"last_name": "L’Hôte", "first_name": "Yann", "birth_date": "01/02/2004"}
    found = desk.post("/recherche/", {"recherche": "identite", **typed})
    count = stack.guard.one("SELECT count(*) FROM guard.person")
    form = desk.post(NEW, found.hidden("Inscrire une personne"), page=found)
    assert form.status == 200
    for kept in typed.values():
        assert f'value="{kept}"' in form.html
    assert "erreurs" not in form.html
    assert stack.guard.one("SELECT count(*) FROM guard.person") == count
    assert "Hôte" not in " ".join(desk.went)


def test_receptionist_registers_somebody_already_known_and_is_led_to_their_arrival(
    stack: Stack, desk: Visitor
) -> None:
    _, person = registered(desk, "Connue")
    again = desk.post(NEW, newcomer("Connue"))
    assert again.status == 409
    assert "peut-être déjà connue" in again.text
    assert f"/reception/sans-rendez-vous/{person}/" in again.links()
    assert 'value="Connue"' in again.html
    south = stack.guard.world.offices["South"]
    stack.person(organisation=south, last_name="Ailleurs", first_names="Yann", birth_date="2004-02-01")
    elsewhere = desk.post(NEW, newcomer("Ailleurs"))
    assert "Personne suivie ailleurs" in elsewhere.text
    assert "/reception/sans-rendez-vous/" not in " ".join(elsewhere.links())


def test_adviser_finds_who_waits_for_one_and_takes_them_on(stack: Stack, desk: Visitor) -> None:
    karim = stack.guard.member("Karim Haddad")
    his = stack.signed_in(karim)
    (_, first), (_, person) = registered(desk, "Attendue"), registered(desk, "Dernière")
    assert WAITING in his.get("/portefeuille/").links()
    page = his.get(WAITING)
    assert page.text.index("DERNIÈRE") < page.text.index("ATTENDUE")
    nobody = his.post("/portefeuille/confier/", page.hidden("Devenir leur référent") | {"etape": "apercu"}, page=page)
    assert "Choisissez d’abord des personnes." in nobody.text
    fields = {"personne": [person], "to": str(karim.account), "etape": "apercu"}
    shown = his.post("/portefeuille/confier/", fields, page=page)
    assert "1 personne entrera dans votre portefeuille." in shown.text
    assert "1 personne sans référent" in shown.text
    assert "son dossier compte dans votre limite" in shown.text
    assert "Karim Haddad" not in shown.html[shown.html.index("<main") :]
    done = his.post("/portefeuille/confier/", shown.hidden("Devenir son référent"), page=shown)
    assert "Vous êtes le référent de 1 personne de plus." in done.text
    assert "DERNIÈRE" not in done.text
    assert "ATTENDUE" in done.text
    assert "DERNIÈRE" in his.get("/portefeuille/").text
    assert stack.guard.one("SELECT referent FROM guard.relation WHERE person = $1", first) is None


def test_adviser_sees_who_waits_before_the_filters_until_one_is_set(stack: Stack) -> None:
    stack.person(organisation=stack.guard.organisation, last_name="Repliée")
    hers = stack.signed_in(stack.guard.member("Fanny Filtre"))
    page = hers.get(WAITING)
    assert '<details class="card">' in page.html
    assert page.text.count("Filtrer") == 2, "the fold and its button, no crumb and no eyebrow"
    assert '<details class="card" open>' in hers.get(f"{WAITING}&statut=followed").html
    assert '<details class="card" open>' in hers.get("/portefeuille/filtre/?portee=structure").html


def test_list_of_who_waits_needs_no_identity(stack: Stack, desk: Visitor) -> None:
    people = [registered(desk, f"Masquée{letter}")[1] for letter in "abcdef"]
    page = stack.signed_in(stack.guard.member("Mila Masque")).get(WAITING)
    assert "MASQUÉEF" in page.text
    assert "MASQUÉEA" not in page.text, "the office's small budget is used up"
    for person in people:
        assert f'name="personne" value="{person}"' in page.html
    assert "Choisir la personne de la ligne" in page.html


def test_list_of_who_waits_shows_the_people_of_the_office_alone(stack: Stack, desk: Visitor) -> None:
    registered(desk, "Valbrume")
    stack.person(organisation=stack.guard.world.offices["South"], last_name="Rochefleury")
    for office, shown, hidden in (("North", "VALBRUME", "ROCHEFLEURY"), ("South", "ROCHEFLEURY", "VALBRUME")):
        hers = stack.signed_in(stack.guard.member(f"Ida {office}", organisation=stack.guard.world.offices[office]))
        page = hers.get(WAITING)
        assert shown in page.text
        assert hidden not in page.text


def test_receptionist_sees_who_waits_and_takes_nobody_on(stack: Stack, desk: Visitor) -> None:
    _, person = registered(desk, "Visible")
    page = desk.get(WAITING)
    assert "VISIBLE" in page.text
    assert 'name="personne"' not in page.html
    assert desk.post("/portefeuille/confier/", {"personne": [person], "to": str(uuid4())}, page=page).status == 404


def test_file_of_a_newcomer_shows_the_desk_no_contact(stack: Stack, desk: Visitor, adviser: Adviser) -> None:
    _, person = registered(desk, "Fermée")
    page = desk.get(f"/personnes/{person}/?rubriques=contact.nir")
    assert "Yann Fermée" in page.text
    assert "06 39 98 12 34" not in page.text
    assert desk.get(f"/personnes/{person}/modifier/contact/").status == 404
    opened = adviser.visitor.get(f"/personnes/{person}/?rubriques=contact")
    assert "06 39 98 12 34" in opened.text


def test_adviser_who_takes_more_than_the_day_allows_is_told_before(stack: Stack) -> None:
    office = stack.guard.world.offices["South"]
    greta = stack.guard.member("Greta Goulue", organisation=office)
    hers = stack.signed_in(greta)
    people = [stack.person(organisation=office, last_name=f"Nombreuse{letter}") for letter in "abcdefghijklmnop"]
    page, fields = hers.get(WAITING), {"to": str(greta.account), "personne": people}
    shown = hers.post("/portefeuille/confier/", fields | {"etape": "apercu"}, page=page)
    assert "16 personnes entreront dans votre portefeuille." in shown.text
    assert "Quinze personnes par jour au plus" in shown.text
    done = hers.post("/portefeuille/confier/", fields | {"etape": "faire"}, page=shown)
    assert "Vous êtes le référent de 15 personnes de plus." in done.text
    assert "1 personne n’a pas été prise : la limite du jour est atteinte." in done.text
    assert "NOMBREUSEP" in done.text
