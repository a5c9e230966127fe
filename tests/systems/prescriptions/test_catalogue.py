"""The catalogue through the whole product: found, kept, taken in from a file, and nobody else's."""

import re
from uuid import uuid4

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.catalogue import Spot, kilometres
from beffroi.systems.prescriptions import communes
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import FreshDatabase
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.diary import questions
from tests.systems.prescriptions.school import LINE, Books, School, academy, books, file, on, school, written

__all__ = ["academy", "adviser", "books"]


def give(visitor: Visitor, text: str | bytes, name: str = "catalogue.csv") -> Page:
    """Post a file on its page."""
    page = visitor.get("/sessions/fichier/")
    answer = visitor.http.post(
        f"{visitor.stack.url}/sessions/fichier/",
        data={"csrfmiddlewaretoken": page.token()},
        files={"file": (name, text.encode() if isinstance(text, str) else text, "text/csv")},
    )
    return Page(answer)


def apply(visitor: Visitor, text: str) -> Page:
    return visitor.post("/sessions/fichier/", {"texte": text})


def typed(**changes: str) -> dict[str, str]:
    return {
        "title": "CAP coiffure", "reference": "COI-1", "commune": "Riom (63200)", "address": "", "places": "8",
        "starts_on": written(on(40)), "ends_on": written(on(200)), "rome": "D1202", "prerequisites": "",
    } | changes  # fmt: skip


def test_adviser_finds_sessions_by_words_job_place_days_and_places_left(
    stack: Stack, adviser: Adviser, academy: School, books: Books
) -> None:
    far, near = (
        books.session(academy.organisation, "Soudeur à l'arc", commune="69123"),
        books.session(academy.organisation, "Soudeur assembleur", commune="63300", rome=["H2913"], starts_on=on(60)),
    )
    full = books.session(academy.organisation, "Soudeur complet", places=6, taken=6)
    hidden = [
        books.session(academy.organisation, "Soudeur passé", starts_on=on(-90), ends_on=on(-1)),
        books.session(academy.organisation, "Soudeur annulé", cancelled_at=on(0)),
    ]

    def found(query: str) -> set[str]:
        page = adviser.visitor.get(f"/catalogue/?{query}")
        assert page.status == 200, page.text
        return set(re.findall(r"/catalogue/([0-9a-f-]{36})/", page.html))

    assert found("mots=SOUDEUR") == {far, near, full}
    assert found("mots=soud+assemb") == {near}
    assert found("mots=soudeur&rome=h2913") == {near}
    assert found("mots=soudeur&commune=clermont-ferrand&km=50") == {near, full}
    assert found("mots=soudeur&commune=lyon+69003&km=10") == {far}
    assert found("mots=soudeur&libre=on") == {far, near}
    assert found(f"mots=soudeur&du={written(on(50))}") == {near}
    assert found("mots=inexistant") == set()
    assert not found("mots=soudeur&commune=63000&km=200") & set(hidden)
    assert found("mots=%25") == found("mots=_") == found("")


def test_adviser_whose_search_finds_nothing_is_told_what_to_change_and_keeps_the_person(adviser: Adviser) -> None:
    person = str(uuid4())
    page = adviser.visitor.get(f"/catalogue/?mots=introuvable&personne={person}")
    assert "Aucune session ne répond à cette recherche" in page.text
    assert f"/catalogue/?personne={person}" in page.links(), "the whole catalogue is still for that person"


def test_nearest_sessions_come_first_with_their_distance(adviser: Adviser, academy: School, books: Books) -> None:
    for commune in ("69123", "63300", "63113", "43157"):
        books.session(academy.organisation, "Distances", commune=commune)
    page = adviser.visitor.get("/catalogue/?mots=distances&commune=clermont-ferrand&km=200")
    centre = communes.every()["63113"].spot
    far = [round(kilometres(centre, Spot(*communes.every()[code].spot))) for code in ("63300", "43157", "69123")]
    said = re.findall(r"à (\d+) km|(dans la commune)", page.text)
    assert [one or two for one, two in said] == ["dans la commune", *map(str, sorted(far))]


def test_adviser_whose_commune_has_namesakes_chooses_among_them(adviser: Adviser) -> None:
    page = adviser.visitor.get("/catalogue/?mots=cuisine&commune=saint-denis")
    assert page.status == 422
    assert "Saint-Denis (93200)" in page.text
    choice = next(link for link in page.links() if "93066" in link)
    assert "mots=cuisine" in choice
    assert adviser.visitor.get(f"/catalogue/{choice}").status == 200


@pytest.mark.parametrize(
    "query", ["commune=nulle-part", "rome=cuisine", "rome=G1602+G1603", "du=demain", "km=7", f"mots={'x' * 101}"]
)
def test_search_that_cannot_be_says_so_and_keeps_what_was_typed(adviser: Adviser, query: str) -> None:
    page = adviser.visitor.get(f"/catalogue/?{query}")
    assert page.status == 422
    assert "à corriger" in page.text
    assert "None" not in page.text


def test_page_of_the_catalogue_costs_two_questions_of_the_database_and_one_of_the_guard(
    stack: Stack, adviser: Adviser, academy: School, books: Books, postgres: EmbeddedPostgres,
    fresh_for_module: FreshDatabase,
) -> None:  # fmt: skip
    for _ in range(23):
        books.session(academy.organisation, "Pages")
    adviser.asked()
    with questions(postgres, fresh_for_module) as cost:
        page = adviser.visitor.get("/catalogue/?mots=pages&commune=63000&km=100")
    assert len([text for text in cost.asked if "training_session" in text]) == 2, cost.asked
    assert adviser.asked() == ["GET /v1/session"]
    assert page.text.count("CAP") == 0
    assert "23 sessions" in page.text
    second = adviser.visitor.get("/catalogue/?mots=pages&commune=63000&km=100&page=2")
    assert second.html.count("/catalogue/") >= 3
    assert {adviser.visitor.get(f"/catalogue/?page={said}").status for said in ("0", "-1", "x", "9" * 20)} == {200}


def test_keeper_adds_changes_and_cancels_a_session(academy: School, adviser: Adviser, books: Books) -> None:
    page = academy.visitor.post("/sessions/nouvelle/", typed())
    assert page.status == 200, page.text
    assert "La session est au catalogue." in page.text
    address = page.url
    identifier = address.split("/")[2]
    row = books.one(identifier)
    assert (row["commune"], row["place"], row["organisation_name"]) == ("63300", "Riom (63200)", "Academy")
    assert str(row["changed_by"]) == academy.member.account
    assert adviser.visitor.get(address).status == 200
    form = academy.visitor.get(f"/sessions/{identifier}/modifier/")
    fields = typed(places="9") | form.hidden("Enregistrer")
    changed = academy.visitor.post(f"/sessions/{identifier}/modifier/", fields, page=form)
    assert "C’est enregistré." in changed.text
    assert (books.one(identifier)["places"], books.one(identifier)["version"]) == (9, 2)
    late = academy.visitor.post(f"/sessions/{identifier}/modifier/", fields | {"places": "10"}, page=form)
    assert late.status == 409
    assert "rien n’a été écrasé" in late.text
    assert 'value="10"' in late.html
    asked = academy.visitor.get(f"/sessions/{identifier}/annulation/")
    assert "Annuler la session ?" in asked.text
    done = academy.visitor.post(f"/sessions/{identifier}/annulation/", {}, page=asked)
    assert "La session est annulée." in done.text
    assert books.one(identifier)["cancelled_at"] is not None
    assert academy.visitor.post(f"/sessions/{identifier}/annulation/", {}, page=done).status == 404
    assert "CAP coiffure" not in adviser.visitor.get("/catalogue/?mots=coiffure").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reference", "été 1", "Majuscules, chiffres"),
        ("commune", "Nulle-Part", "Aucune commune"),
        ("commune", "Saint-Denis", "ajoutez le code postal"),
        ("ends_on", "01/01/2001", "plus de trois ans"),
        ("places", "0", "Un nombre de 1 à 500"),
        ("rome", "cuisine", "Une lettre de A à N"),
        ("title", "x" * 121, "trop long"),
    ],
)
def test_keeper_s_form_that_is_refused_keeps_what_was_typed(
    academy: School, books: Books, field: str, value: str, sentence: str
) -> None:
    before = len(books.of(academy.organisation))
    page = academy.visitor.post(
        "/sessions/nouvelle/", typed(reference="NEW-1", title="Gardé tel quel") | {field: value}
    )
    assert page.status == 422
    assert sentence in page.text
    assert value in page.html
    assert len(books.of(academy.organisation)) == before


def test_keeper_whose_reference_is_taken_or_places_too_few_is_told(academy: School, books: Books) -> None:
    session = books.session(academy.organisation, places=8, taken=5, reference="PRISE")
    twice = academy.visitor.post("/sessions/nouvelle/", typed(reference="prise"))
    assert twice.status == 409
    assert "déjà celle d’une autre session" in twice.text
    few = academy.visitor.post(
        f"/sessions/{session}/modifier/", typed(reference="PRISE", places="4") | {"version": "1"}
    )
    assert few.status == 409
    assert "plus de personnes que de places" in few.text
    assert books.one(session)["places"] == 8


def test_keeper_reads_changes_and_cancels_nothing_of_another_organisation(
    stack: Stack, academy: School, books: Books
) -> None:
    other = school(stack, "Workshop", "Olivier Ailleurs")
    session = books.session(other.organisation, "Chez les autres", reference="AUTRE-1")
    for path in (f"/sessions/{session}/modifier/", f"/sessions/{session}/annulation/"):
        unknown = path.replace(session, str(uuid4()))
        assert academy.visitor.get(path).status == academy.visitor.get(unknown).status == 404
        assert academy.visitor.post(path, typed() | {"version": "1"}).status == 404
    assert "Chez les autres" not in academy.visitor.get("/sessions/").text
    assert "AUTRE-1" not in academy.visitor.get("/sessions/export.csv").html
    taken = apply(academy.visitor, file(LINE.replace("CUI-1", "AUTRE-1")))
    assert taken.status == 200
    row = books.one(session)
    assert (row["title"], row["version"], row["cancelled_at"]) == ("Chez les autres", 1, None)


@pytest.mark.parametrize("path", ["/sessions/", "/sessions/nouvelle/", "/sessions/fichier/", "/sessions/export.csv"])
def test_adviser_and_receptionist_keep_no_catalogue(stack: Stack, adviser: Adviser, path: str) -> None:
    assert adviser.visitor.get(path).status == 404
    assert adviser.visitor.post(path, typed()).status in (404, 405)


def test_receptionist_and_manager_of_a_school_have_no_use_for_the_catalogue(stack: Stack) -> None:
    visitor = stack.signed_in(stack.guard.member("Remi Receptionist", role="receptionist"))
    assert visitor.get("/catalogue/").status == 404
    assert "/catalogue/" not in visitor.get("/mon-compte/").links()


def test_keeper_sees_what_a_file_means_then_applies_it_and_again_changes_nothing(stack: Stack, books: Books) -> None:
    keeper = school(stack, "Files", "Fanny Fichier")
    bad = LINE.replace("CUI-1", "CUI-3").replace(";12;", ";douze;")
    text = file(LINE, LINE.replace("CUI-1", "CUI-2"), bad)
    read = give(keeper.visitor, text)
    assert read.status == 200, read.text
    assert re.search(r"Sessions à ajouter 2 .* Erreurs 1", read.text)
    assert re.search(r"4 places Un nombre de 1 à 500", read.text)
    assert books.of(keeper.organisation) == [], "nothing is written before it was seen"
    applied = apply(keeper.visitor, text)
    assert "2 sessions ajoutées." in applied.text
    assert [row["reference"] for row in books.of(keeper.organisation)] == ["CUI-1", "CUI-2"]
    again = give(keeper.visitor, text)
    assert re.search(r"Sessions inchangées 2 ", again.text)
    assert "Appliquer" not in again.text
    before = books.of(keeper.organisation)
    assert "0 session ajoutée." in apply(keeper.visitor, text.replace("\n", "\r\n")).text
    assert books.of(keeper.organisation) == before
    changed = apply(keeper.visitor, text.replace("CAP cuisine", "CAP pâtisserie"))
    assert "2 sessions modifiées." in changed.text


def test_export_is_taken_in_again_without_a_change_and_opens_as_no_formula(stack: Stack, books: Books) -> None:
    keeper = school(stack, "Exports", "Elsa Export")
    books.session(keeper.organisation, "=HYPERLINK(1)", prerequisites="Niveau 3 ; « lecture »", reference="A-1")
    books.session(keeper.organisation, "Ordinaire", commune="2A004", rome=["G1602", "K1302"], reference="A-2")
    answer = keeper.visitor.http.get(f"{stack.url}/sessions/export.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=HYPERLINK" in answer.text
    read = give(keeper.visitor, answer.content)
    assert re.search(r"Sessions à ajouter 0 Sessions à modifier 0 Sessions inchangées 2 Erreurs 0", read.text)


def test_file_that_takes_places_from_people_or_wakes_a_cancelled_session_is_named_line_by_line(
    stack: Stack, books: Books
) -> None:
    keeper = school(stack, "Lines", "Lise Ligne")
    books.session(keeper.organisation, reference="CUI-1", places=30, taken=20)
    books.session(keeper.organisation, reference="CUI-2", cancelled_at=on(0))
    text = file(LINE, LINE.replace("CUI-1", "CUI-2"))
    read = give(keeper.visitor, text)
    assert re.search(
        r"Ligne 2 places Il y a déjà plus de personnes que de places. Ligne 3 référence Cette session est annulée",
        read.text,
    )
    assert "0 session ajoutée. 0 session modifiée." in apply(keeper.visitor, text).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Ce fichier est vide."),
        (b"x" * 100_001, "dépasse 100 ko"),
        ("référence;été".encode("latin-1"), "pas en UTF-8"),
        (b"\x00\x01\x02;;;", "Cette colonne manque."),
        (b"a;b\n1;2\n", "Cette colonne manque."),
        (b'"', "Cette colonne manque."),
    ],
)
def test_file_that_is_no_catalogue_is_refused_in_words(academy: School, content: bytes, sentence: str) -> None:
    page = give(academy.visitor, content)
    assert page.status in (200, 422)
    assert sentence in page.text
    assert "Appliquer" not in page.text


def test_text_applied_past_the_size_of_a_file_is_refused_before_it_is_read(academy: School, books: Books) -> None:
    before = len(books.of(academy.organisation))
    assert apply(academy.visitor, "x" * 100_001).status == 400
    assert apply(academy.visitor, "x" * 140_000).status == 400
    assert len(books.of(academy.organisation)) == before


def test_session_s_texts_are_shown_as_texts(academy: School, adviser: Adviser, books: Books) -> None:
    session = books.session(academy.organisation, "<script>alert(1)</script>", prerequisites="<b>gras</b>")
    page = adviser.visitor.get(f"/catalogue/{session}/")
    assert "<script>alert" not in page.html
    assert "&lt;b&gt;gras" in page.html


def test_unknown_session_is_not_found(adviser: Adviser) -> None:
    assert adviser.visitor.get(f"/catalogue/{uuid4()}/").status == 404
