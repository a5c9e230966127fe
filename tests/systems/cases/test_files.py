"""Portfolio, files, search and break-glass, through the whole product."""

import re
from datetime import timedelta

import pytest

from tests.config.console.stack import SMALL, Page, Stack, Visitor
from tests.guard.signin.serving import Member
from tests.guard.world import some_nir
from tests.systems.cases.adviser import Adviser, adviser, as_referent

__all__ = ["adviser"]

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_adviser_portfolio_costs_one_list_and_the_session(adviser: Adviser) -> None:
    adviser.asked()
    page = adviser.visitor.get("/portefeuille/")
    assert page.status == 200
    assert "DELAUNAY Inès Marie" in page.text
    assert "14/03/2005" in page.text
    assert re.search(r"\d+ sur 300 personnes aujourd’hui", page.text)
    assert adviser.asked() == ["GET /v1/session", "POST /v1/list"]


def test_adviser_opens_the_identity_alone(adviser: Adviser) -> None:
    adviser.asked()
    page = adviser.visitor.get(f"/personnes/{adviser.own}/")
    assert page.status == 200
    assert "Inès Delaunay" in page.text
    assert "14 mars 2005" in page.text
    assert "Vous êtes le référent" in page.text
    assert "inscrite au journal sous le numéro" in page.text
    assert "@example.org" not in page.text
    assert adviser.asked() == ["GET /v1/session", "POST /v1/open"]


def test_adviser_opens_one_more_group_and_only_that_one(stack: Stack, adviser: Adviser) -> None:
    page = adviser.visitor.get(f"/personnes/{adviser.own}/")
    link = next(link for link in page.links() if "rubriques=identity.contact#contact" in link)
    page = adviser.visitor.get(link)
    assert f"{adviser.own[:8]}@example.org" not in page.url
    assert "@example.org" in page.text
    assert "06 12 34 56 78" in page.text
    entry = stack.guard.row("SELECT * FROM guard.journal WHERE person = $1 ORDER BY entry DESC LIMIT 1", adviser.own)
    assert entry["groups"] == 3


def test_journal_number_on_the_page_is_the_durable_one(stack: Stack, adviser: Adviser) -> None:
    page = adviser.visitor.get(f"/personnes/{adviser.own}/")
    said = re.search(r"sous le numéro (\d+)", page.text)
    assert said is not None
    last = stack.guard.one("SELECT max(entry) FROM guard.journal WHERE person = $1", adviser.own)
    assert int(said[1]) == last


def test_unknown_person_and_somebody_elses_are_the_same_page(stack: Stack, adviser: Adviser) -> None:
    theirs = stack.person(organisation=stack.guard.world.offices["South"])
    unknown, forbidden = (adviser.visitor.get(f"/personnes/{person}/") for person in (UNKNOWN, theirs))
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert unknown.status == forbidden.status == 404
    plain = [
        token.sub("", page.html).replace(person, "") for page, person in ((unknown, UNKNOWN), (forbidden, theirs))
    ]
    assert plain[0] == plain[1]


def test_receptionist_sees_the_identity_and_nothing_to_open(stack: Stack, adviser: Adviser) -> None:
    visitor = stack.signed_in(stack.guard.member("Rita Receptionist", role="receptionist"))
    page = visitor.get(f"/personnes/{adviser.own}/?rubriques=contact.nir")
    assert page.status == 200
    assert "Inès Delaunay" in page.text
    assert "Coordonnées" not in page.text
    assert "Modifier" not in page.text
    assert adviser.nir.nir[:5] not in page.html
    menu = visitor.get("/portefeuille/")
    assert "Rechercher" in menu.text
    assert visitor.get(f"/personnes/{adviser.own}/modifier/contact/").status == 404


def test_agent_who_becomes_account_manager_reads_no_file_any_more(stack: Stack) -> None:
    member = stack.guard.member("Max Manager")
    visitor = stack.signed_in(member)
    assert "Rechercher" in visitor.get("/portefeuille/").text
    held = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    stack.guard.amend("habilitation", held, role="account-manager")
    page = visitor.get("/portefeuille/")
    assert "Cette page n’est pas ouverte à votre rôle" in page.text
    assert "Rechercher" not in page.text


def test_step_up_for_an_old_factor_returns_to_the_very_section(stack: Stack, adviser: Adviser) -> None:
    visitor = stack.signed_in(adviser.member)
    address = f"/personnes/{adviser.own}/?rubriques=identity.nir"
    assert visitor.get(address).status == 200
    age_factor(stack, adviser.member, hours=5)
    page = visitor.get(address)
    assert page.status == 403
    assert "Confirmez que c’est bien vous" in page.text
    fields = page.hidden("Confirmer mon identité")
    left = visitor.http.post(f"{stack.url}/confirmation/", data=fields)
    back = visitor.prove(adviser.member, left.headers["location"])
    assert back.url == address
    assert back.status == 200
    assert "Numéro (NIR)" in back.text


def test_step_up_keeps_the_form_that_was_being_sent(stack: Stack, adviser: Adviser) -> None:
    visitor = stack.signed_in(adviser.member)
    person = stack.person(
        organisation=stack.guard.organisation,
        referent=as_referent(adviser.member),
        last_name="Bertin",
        nir=some_nir(),
    )
    address = f"/personnes/{person}/modifier/nir/"
    form = visitor.get(address)
    fields = form.hidden("Enregistrer")
    other = some_nir().nir
    age_factor(stack, adviser.member, hours=5)
    page = visitor.post(address, fields | {"nir-nir": other}, page=form)
    assert page.status == 403
    assert other not in " ".join(visitor.went)
    left = visitor.http.post(f"{stack.url}/confirmation/", data=page.hidden("Confirmer mon identité"))
    assert other not in left.headers["location"]
    back = visitor.prove(adviser.member, left.headers["location"])
    kept = back.hidden("Continuer")
    assert kept["nir-nir"] == other
    saved = visitor.post(address, kept, page=back)
    assert saved.status == 200
    assert "C’est enregistré." in saved.text


def age_factor(stack: Stack, member: Member, *, hours: int) -> None:
    """As if the second factor of the member's latest session had been proved hours ago."""
    row = stack.guard.row(
        "SELECT id, factor_at FROM guard.session WHERE account = $1 ORDER BY created_at DESC LIMIT 1", member.account
    )
    stack.guard.amend("session", row["id"], factor_at=row["factor_at"] - timedelta(hours=hours))


def test_attacker_step_up_address_elsewhere_is_refused(stack: Stack, adviser: Adviser) -> None:
    token = adviser.visitor.get("/portefeuille/").token()
    fields = {"csrfmiddlewaretoken": token, "action": "step-up", "suite": "/", "adresse": "https://evil.example/?a=b"}
    answer = adviser.visitor.http.post(f"{stack.url}/confirmation/", data=fields)
    assert answer.status_code == 400


def test_adviser_finds_his_own_person_by_name(adviser: Adviser) -> None:
    adviser.asked()
    fields = {"recherche": "identite", "last_name": "delaunay", "first_name": "ines", "birth_date": "14/03/2005"}
    page = adviser.visitor.post("/recherche/", fields)
    assert page.status == 200
    assert page.url == "/recherche/"
    assert "Une personne correspond" in page.text
    assert f"/personnes/{adviser.own}/" in page.links()
    assert adviser.asked() == ["GET /v1/session", "POST /v1/find"]


def test_adviser_finds_by_a_number_typed_with_spaces(adviser: Adviser) -> None:
    fields = {"recherche": "numero", "by": "agency-id", "value": f" {adviser.agency_id.agency_id[:4]} "}
    page = adviser.visitor.post("/recherche/", fields)
    assert page.status == 422
    assert adviser.agency_id.agency_id[:4] in page.html
    fields["value"] = f" {adviser.agency_id.agency_id[:4]} {adviser.agency_id.agency_id[4:]}"
    page = adviser.visitor.post("/recherche/", fields)
    assert f"/personnes/{adviser.own}/" in page.links()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("birth_date", "31/02/2005", "n’existe pas dans le calendrier"),
        ("birth_date", "14/03/05", "le jour, le mois et l’année"),
        ("last_name", "--", "au moins une lettre"),
        ("first_name", "", "obligatoire"),
    ],
)
def test_adviser_search_that_cannot_be_keeps_what_was_typed(
    adviser: Adviser, name: str, value: str, sentence: str
) -> None:
    typed = {"recherche": "identite", "last_name": "Ozenfant", "first_name": "Zoé", "birth_date": "14/03/2005"}
    adviser.asked()
    page = adviser.visitor.post("/recherche/", typed | {name: value})
    assert page.status == 422
    assert sentence in page.text
    assert all(kept in page.html for kept in ("Ozenfant", "14/03/2005") if kept in (typed | {name: value}).values())
    assert adviser.asked() == ["GET /v1/session"]


def test_adviser_who_finds_somebody_elsewhere_is_told_where_and_may_break_the_glass(
    stack: Stack, adviser: Adviser
) -> None:
    elsewhere = _elsewhere(stack, "Le Gall")
    page = _found(adviser.visitor, "Le Gall")
    assert "Personne suivie ailleurs" in page.text
    assert "South" in page.text
    page = adviser.visitor.get(f"/personnes/{elsewhere}/")
    assert page.status == 403
    assert "Votre structure ne suit pas cette personne" in page.text
    assert "South" in page.text
    assert "Le Gall" not in page.text
    address = f"/personnes/{elsewhere}/urgence/"
    refused = adviser.visitor.post(address, {"reason": "emergency", "text": "court"}, page=page)
    assert refused.status == 422
    assert "South" in refused.text
    fields = {"reason": "emergency", "text": "Sans logement ce soir, appel au 115.", "groups": ["contact"]}
    opened = adviser.visitor.post(address, fields, page=refused)
    assert opened.status == 200
    assert "Manon Le Gall" in opened.text
    assert "Votre explication est conservée" in opened.text
    assert "06 12 34 56 78" in opened.text
    assert "rubriques=" not in opened.html
    entry = stack.guard.row("SELECT * FROM guard.journal WHERE person = $1 ORDER BY entry DESC LIMIT 1", elsewhere)
    assert (entry["explanation"], entry["groups"]) == ("break-glass", 3)
    assert "logement" not in str(entry["detail"])  # a word: an identifier may hold any digits
    assert "115" not in stack.log()


def test_receptionist_who_finds_somebody_elsewhere_has_no_glass_to_break(stack: Stack) -> None:
    elsewhere = _elsewhere(stack, "Le Goff")
    visitor = stack.signed_in(stack.guard.member("Remi Receptionist", role="receptionist"))
    _found(visitor, "Le Goff")
    page = visitor.get(f"/personnes/{elsewhere}/")
    assert page.status == 403
    assert "South" in page.text
    assert "Ouvrir le dossier pour ce motif" not in page.text
    forced = visitor.post(
        f"/personnes/{elsewhere}/urgence/", {"reason": "emergency", "text": "Une raison assez longue"}
    )
    assert forced.status == 404


def _elsewhere(stack: Stack, last_name: str) -> str:
    return stack.person(
        organisation=stack.guard.world.offices["South"],
        last_name=last_name,
        first_names="Manon",
        birth_date="2003-12-08",
    )


def _found(visitor: Visitor, last_name: str) -> Page:
    fields = {"recherche": "identite", "last_name": last_name, "first_name": "Manon", "birth_date": "08/12/2003"}
    page = visitor.post("/recherche/", fields)
    assert page.status == 200
    return page


def test_adviser_out_of_break_glass_learns_when_it_comes_back(stack: Stack) -> None:
    visitor = stack.signed_in(stack.guard.member("Bruno Brise"))
    cap = SMALL["[budgets.break-glass]"]
    for number in range(cap + 1):
        person = _elsewhere(stack, f"Guillou{chr(97 + number)}")
        _found(visitor, f"Guillou{chr(97 + number)}")
        page = visitor.post(
            f"/personnes/{person}/urgence/", {"reason": "emergency", "text": "Sans logement ce soir, appel au 115."}
        )
        assert page.status == (200 if number < cap else 429)
    assert "Volume de consultations atteint" in page.text
    assert f"{cap} sur {cap} personnes" in page.text
    assert "Quand cela revient-il ?" in page.text
    assert "Ouvertures motivées en urgence" in page.text


def test_adviser_past_the_office_budget_sees_masked_rows_and_keeps_those_seen(stack: Stack) -> None:
    office = stack.guard.run(stack.guard.world.organisation("West"))
    member = stack.guard.member("Olga Office", organisation=office)
    cap = SMALL["[budgets.office]"]
    for number in range(cap + 2):
        stack.person(organisation=office, last_name=f"Personne{chr(97 + number)}")
    visitor = stack.signed_in(member)
    page = visitor.get("/portefeuille/structure/")
    assert page.status == 200
    assert page.text.count("l’identité reste masquée") == 2
    assert page.html.count("/personnes/") == cap + 1  # one of them registers somebody
    again = visitor.get("/portefeuille/structure/")
    assert again.html.count("/personnes/") == cap + 1
    assert visitor.get(next(link for link in page.links() if re.search("/personnes/[0-9a-f]", link))).status == 200


def test_adviser_without_anybody_reads_an_empty_state(stack: Stack) -> None:
    page = stack.signed_in(stack.guard.member("Nina Nouvelle")).get("/portefeuille/")
    assert "Vous n’êtes encore le référent de personne" in page.text
    assert "0 personne" in page.text


def test_page_number_out_of_range_shows_a_page(adviser: Adviser) -> None:
    for said in ("0", "-1", "abc", "99999999999999999999", "2"):
        assert adviser.visitor.get(f"/portefeuille/?page={said}").status == 200


def test_console_log_holds_no_name_nor_address(stack: Stack, adviser: Adviser) -> None:
    log = stack.log()
    assert "Delaunay" not in log
    assert "example.org" not in log
    assert adviser.nir.nir not in log
