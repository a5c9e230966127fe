"""Who follows whom, changed from the pages: a colleague, a whole portfolio, an absence, another office."""

import re
from dataclasses import dataclass

import pytest

from tests.config.console.stack import Page, Stack, Visitor
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent


@dataclass
class Office:
    """Camille and Karim of one office, Sophie of another; all at work in a browser."""

    stack: Stack
    camille: Member
    karim: Member
    sophie: Member
    desk: Visitor
    his: Visitor
    hers: Visitor

    def person(self, referent: Member | None = None, last_name: str = "Delaunay") -> str:
        """Somebody of the office, Camille's unless told."""
        return self.stack.person(
            organisation=self.stack.guard.organisation, referent=as_referent(referent or self.camille),
            last_name=last_name, first_names="Inès",
        )  # fmt: skip

    def referent(self, person: str) -> str:
        """Whose the person is."""
        return str(
            self.stack.guard.one("SELECT referent FROM guard.relation WHERE person = $1 AND until_at IS NULL", person)
        )


@pytest.fixture(scope="module")
def office(stack: Stack) -> Office:
    guard = stack.guard
    camille, karim = guard.member("Camille Moreau"), guard.member("Karim Haddad")
    sophie = guard.member("Sophie Lambert", organisation=guard.world.offices["South"])
    return Office(
        stack, camille, karim, sophie, stack.signed_in(camille), stack.signed_in(karim), stack.signed_in(sophie)
    )


def test_adviser_changes_the_adviser_of_one_person_from_the_file(office: Office) -> None:
    person = office.person()
    page = office.desk.get(f"/personnes/{person}/")
    assert f"/personnes/{person}/conseiller/" in page.links()
    form = office.desk.get(f"/personnes/{person}/conseiller/")
    assert re.search(r"Karim Haddad – portefeuille : \d+ sur 300", form.text)
    assert "Sophie Lambert" not in form.text
    unsaid = office.desk.post(f"/personnes/{person}/conseiller/", {}, page=form)
    assert unsaid.status == 422
    done = office.desk.post(f"/personnes/{person}/conseiller/", {"to": office.karim.account}, page=form)
    assert done.status == 200
    assert "1 personne a changé de conseiller." in done.text
    assert office.referent(person) == office.karim.account


def test_adviser_hands_a_selection_over_after_reading_what_will_change(office: Office) -> None:
    people = [office.person(), office.person(), office.person(office.karim)]
    listed = office.desk.get("/portefeuille/")
    assert f'name="personne" value="{people[0]}"' in listed.html
    chosen = {"personne": [*people, "rien", "x' OR 1=1"]}
    choose = office.desk.post("/portefeuille/confier/", chosen, page=listed)
    assert (choose.status, "3 personnes choisies" in choose.text) == (200, True)
    before = office.referent(people[0])
    shown = office.desk.post(
        "/portefeuille/confier/", {**chosen, "etape": "apercu", "to": office.karim.account}, page=choose
    )
    assert "2 personnes changeront de conseiller." in shown.text
    assert "2 personnes suivies par Camille Moreau" in shown.text
    assert "par jour au plus" not in shown.text, "that limit is of what one takes oneself"
    assert office.referent(people[0]) == before, "reading what will change changes nothing"
    done = office.desk.post(
        "/portefeuille/confier/", {**chosen, "etape": "faire", "to": office.karim.account}, page=shown
    )
    assert "2 personnes ont changé de conseiller." in done.text
    assert {office.referent(person) for person in people} == {office.karim.account}


def test_adviser_hands_over_a_whole_portfolio(office: Office) -> None:
    leaver = office.stack.guard.member("Lea Partante")
    people = [office.person(leaver) for _ in range(3)]
    form = office.desk.get("/portefeuille/confier/")
    assert "Lea Partante – portefeuille : 3 sur 300" in form.text
    fields = {"of": leaver.account, "to": office.karim.account}
    shown = office.desk.post("/portefeuille/confier/", {**fields, "etape": "apercu"}, page=form)
    assert "3 personnes suivies par Lea Partante" in shown.text
    hidden = shown.hidden("Confier ces personnes")
    assert (hidden["of"], hidden["to"], hidden["etape"]) == (leaver.account, office.karim.account, "faire")
    office.desk.post("/portefeuille/confier/", hidden, page=shown)
    assert {office.referent(person) for person in people} == {office.karim.account}


def test_adviser_hands_over_the_portfolio_of_a_colleague_who_left(office: Office) -> None:
    guard = office.stack.guard
    gone = guard.member("Remi Dejaparti")
    person = office.person(gone)
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", gone.account)
    guard.amend("habilitation", held, status="closed")
    form = office.desk.get("/portefeuille/confier/")
    assert "Remi Dejaparti (n’est pas conseiller ici aujourd’hui) – portefeuille : 1" in form.text
    assert f'name="to" value="{gone.account}"' not in form.html
    fields = {"of": gone.account, "to": office.karim.account}
    to_them = {"of": office.karim.account, "to": gone.account, "etape": "apercu"}
    assert office.desk.post("/portefeuille/confier/", to_them, page=form).status == 422
    shown = office.desk.post("/portefeuille/confier/", {**fields, "etape": "apercu"}, page=form)
    assert "1 personne suivie par Remi Dejaparti" in shown.text
    office.desk.post("/portefeuille/confier/", shown.hidden("Confier cette personne"), page=shown)
    assert office.referent(person) == office.karim.account


def test_adviser_plans_an_absence_and_the_stand_in_opens_as_if_his_own(office: Office) -> None:
    person = office.person()
    form = office.desk.get("/portefeuille/remplacements/")
    assert "Aucun remplacement prévu" in form.text
    day = office.stack.guard.one("SELECT to_char(guard.instant() AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY')")
    fields = {"absent": office.camille.account, "account": office.karim.account, "from_on": day, "until_on": day}
    same = office.desk.post("/portefeuille/remplacements/", {**fields, "account": office.camille.account}, page=form)
    assert (same.status, "Choisissez deux collègues différents" in same.text) == (422, True)
    made = office.desk.post("/portefeuille/remplacements/", fields, page=form)
    assert "Karim Haddad remplace Camille Moreau" in made.text
    assert not re.search(r"Du \d", made.text), "one day is no period"
    assert "Vous remplacez le référent" in office.his.get(f"/personnes/{person}/").text
    again = office.desk.post("/portefeuille/remplacements/", fields, page=made)
    assert (again.status, "déjà un remplacement" in again.text) == (422, True)
    cover = re.search(r'name="fin" value="([0-9a-f-]{36})"', made.html)
    assert cover is not None
    ended = office.his.post("/portefeuille/remplacements/", {"fin": cover[1]})
    assert "Le remplacement est terminé." in ended.text


def test_person_passes_to_another_office_when_it_accepts(office: Office) -> None:
    person, guard = office.person(), office.stack.guard
    form = office.desk.get(f"/personnes/{person}/transferer/")
    assert "South" in form.text
    fields = {"organisation": guard.world.offices["South"], "reason": "moved"}
    sent = office.desk.post(f"/personnes/{person}/transferer/", fields, page=form)
    assert "La demande de transfert est envoyée." in sent.text
    assert f"/personnes/{person}/" in sent.links(), "who asks sees for whom"
    again = office.desk.post(f"/personnes/{person}/transferer/", fields, page=form)
    assert (again.status, "attend déjà une réponse" in again.text) == (422, True)
    queue = office.hers.get("/transferts/")
    assert "Transferts 1" in queue.text, "the count of the navigation"
    assert person not in queue.html, "whom it is about is not told before"
    [address] = [link for link in queue.links() if re.fullmatch(r"/transferts/[0-9a-f-]{36}/", link)]
    shown = office.hers.get(address)
    assert "Transfert depuis : " in shown.text
    agreed = office.hers.post(address, {"accord": "oui"}, page=shown)
    assert agreed.url == f"/personnes/{person}/"
    assert "Inès Delaunay" in agreed.text
    assert "Vous êtes le référent" in agreed.text
    assert office.desk.get(f"/personnes/{person}/").status == 404
    assert "Accepté" in office.desk.get("/transferts/").text
    late = office.hers.get(address)
    assert "n’attend plus rien de vous" in late.text


def test_office_that_found_somebody_asks_for_them_and_is_refused_with_a_reason(office: Office) -> None:
    person = office.person(last_name="Keravel")
    unknown = office.hers.get(f"/personnes/{person}/")
    assert unknown.status == 404
    search = {"recherche": "identite", "last_name": "Keravel", "first_name": "Inès", "birth_date": "12/04/2005"}
    assert "Personne suivie ailleurs" in office.hers.post("/recherche/", search).text
    elsewhere = office.hers.get(f"/personnes/{person}/")
    assert "Demander le suivi de cette personne" in elsewhere.text
    ids = re.findall(r' id="([^"]+)"', elsewhere.html)
    assert len(ids) == len(set(ids)), "a label chooses in its own form"
    fields = {"organisation": office.stack.guard.organisation, "reason": ""}
    unsaid = office.hers.post(f"/personnes/{person}/demander/", fields, page=elsewhere)
    assert "Choisissez un motif" in unsaid.text
    asked = office.hers.post(f"/personnes/{person}/demander/", {**fields, "reason": "person-asks"}, page=elsewhere)
    assert "La demande de transfert est envoyée." in asked.text
    queue = office.his.get("/transferts/")
    assert f"/personnes/{person}/" in queue.links(), "who follows the person may open the file before answering"
    [address] = [link for link in queue.links() if re.fullmatch(r"/transferts/[0-9a-f-]{36}/", link)]
    unsaid = office.his.post(address, {})
    assert unsaid.status == 422
    refused = office.his.post(address, {"because": "stays-followed"}, page=unsaid)
    assert "Le transfert est refusé." in refused.text
    assert "Refusé : la structure qui suit la personne continue" in office.hers.get("/transferts/").text


def test_receptionist_is_offered_none_of_this(office: Office) -> None:
    person = office.person()
    welcome = office.stack.signed_in(office.stack.guard.member("Rui Accueil", role="receptionist"))
    page: Page = welcome.get("/portefeuille/")
    assert not [link for link in page.links() if "confier" in link or "transferts" in link]
    for address in (f"/personnes/{person}/conseiller/", "/transferts/", "/portefeuille/remplacements/"):
        assert welcome.get(address).status == 404
