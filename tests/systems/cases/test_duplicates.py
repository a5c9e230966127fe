"""Two files of one person, made one and two again from the pages; the console's own rows go with them."""

import re
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from beffroi.core.fields import Group
from beffroi.guard.vault.records import Contact
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.standards.documents.samples import pdf
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import Diary, at
from tests.systems.cases.test_files import age_factor

NAME = {"last_name": "Doublon", "first_name": "Inès", "birth_date": "12/04/2005"}


@pytest.fixture(scope="module")
def diary(stack: Stack, fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


@pytest.fixture(scope="module")
def camille(stack: Stack) -> Member:
    return stack.guard.member("Camille Moreau")


@pytest.fixture(scope="module")
def desk(stack: Stack, camille: Member) -> Visitor:
    return stack.signed_in(camille)


def two(stack: Stack, member: Member) -> tuple[str, str]:
    """Two files in one portfolio, of one name, which differ in where the person lives."""
    one, other = [
        stack.person(
            organisation=stack.guard.organisation, referent=as_referent(member), last_name="Doublon",
            first_names="Inès", contact=Contact(city=city),
        )
        for city in ("Lille", "Lens")
    ]  # fmt: skip
    return one, other


def merged(desk: Visitor, stays: str, goes: str, **chosen: str) -> Page:
    """Compare, choose, merge."""
    address = f"/personnes/{stays}/doublon/{goes}/"
    page = desk.get(address)
    assert page.status == 200, page.text
    fields = {**page.hidden("stays_version"), "contact-keep": "stays", "same": "on", **chosen}
    return desk.post(address, fields, page=page)


def case_of(diary: Diary, person: str, organisation: str, status: str = "followed") -> None:
    with closing(psycopg.connect(diary.database.console, autocommit=True)) as connection:
        connection.execute(
            'INSERT INTO "case" (id, person, organisation, status, changed_by, changed_at)'
            " VALUES (%s, %s, %s, %s, %s, now())",
            (uuid4(), person, organisation, status, uuid4()),
        )


def cases(diary: Diary) -> dict[str, Any]:
    with closing(psycopg.connect(diary.database.console, autocommit=True)) as connection:
        rows = connection.execute('SELECT person::text, status FROM "case"').fetchall()
    return dict(rows)


def test_adviser_finds_the_other_file_compares_both_and_makes_them_one(
    stack: Stack, camille: Member, desk: Visitor, diary: Diary
) -> None:
    stays, goes = two(stack, camille)
    theirs = [diary.give(one, stack.guard.organisation, str(camille.account), at(3, 9)) for one in (stays, goes)]
    assert f"/personnes/{stays}/doublon/" in desk.get(f"/personnes/{stays}/").links()
    found = desk.post(f"/personnes/{stays}/doublon/", {"recherche": "identite", **NAME})
    address = f"/personnes/{stays}/doublon/{goes}/"
    assert address in found.links()
    assert f"/personnes/{stays}/doublon/{stays}/" not in found.links()
    page = desk.get(address)
    assert "Lille" in page.text
    assert "Lens" in page.text
    assert "Identique dans les deux dossiers" in page.text
    unsaid = desk.post(address, {**page.hidden("stays_version"), "contact-keep": "goes"}, page=page)
    assert unsaid.status == 422
    assert "cochez la case" in unsaid.text
    done = merged(desk, stays, goes, **{"contact-keep": "goes"})
    assert "font plus qu" in done.text
    assert "Lens" in desk.get(f"/personnes/{stays}/?rubriques=contact").text
    assert desk.get(f"/personnes/{goes}/").status == 404
    assert sorted(str(row["id"]) for row in diary.of(stays)) == sorted(theirs)
    listed = desk.get("/doublons/")
    [merge] = partings(listed)
    asked = desk.get(merge)
    assert "Inès Doublon" in asked.text, "whose file it is"
    assert diary.of(goes) == [], "looking parts nothing"
    parted = desk.post(merge, {}, page=asked)
    assert "de nouveau séparés" in parted.text
    assert {f"/personnes/{one}/" for one in (stays, goes)} <= set(parted.links())
    assert "ne peuvent plus être séparés" in desk.get(merge).text
    assert [str(row["id"]) for row in diary.of(stays)] == theirs[:1]
    assert [str(row["id"]) for row in diary.of(goes)] == theirs[1:]
    assert "Lens" in desk.get(f"/personnes/{goes}/?rubriques=contact").text


def partings(page: Page) -> list[str]:
    """Where the merges of the list are parted again."""
    return [link for link in page.links() if link.endswith("/separer/")]


def test_console_that_fell_half_way_moves_its_rows_when_the_list_is_next_looked_at(
    stack: Stack, camille: Member, desk: Visitor, diary: Diary
) -> None:
    stays, goes = two(stack, camille)
    merged(desk, stays, goes)
    late = diary.give(goes, stack.guard.organisation, str(camille.account), at(4, 9))
    assert diary.of(stays) == []
    page = desk.get("/doublons/")
    assert [str(row["id"]) for row in diary.of(stays)] == [late]
    assert desk.get("/doublons/").status == 200, "and is done with it"
    for merge in partings(page):
        desk.post(merge, {}, page=page)


def test_row_that_both_files_have_stays_where_it_is_and_is_there_when_they_are_parted(
    stack: Stack, camille: Member, desk: Visitor, diary: Diary
) -> None:
    stays, goes = two(stack, camille)
    case_of(diary, stays, stack.guard.organisation)
    case_of(diary, goes, stack.guard.organisation, "paused")
    merged(desk, stays, goes)
    desk.get("/doublons/")
    assert cases(diary) == {stays: "followed", goes: "paused"}


def test_adviser_of_another_office_meets_a_page_that_says_nothing(
    stack: Stack, camille: Member, desk: Visitor
) -> None:
    stays, goes = two(stack, camille)
    stranger = stack.signed_in(stack.guard.member("Sophie Lambert", organisation=stack.guard.world.offices["South"]))
    theirs = stranger.get(f"/personnes/{stays}/doublon/{goes}/")
    nobody = stranger.get(f"/personnes/{uuid4()}/doublon/{uuid4()}/")
    assert (theirs.status, theirs.text) == (nobody.status, nobody.text)
    assert theirs.status == 404
    assert stranger.get("/doublons/").status == 200
    assert desk.get(f"/personnes/{stays}/doublon/{stays}/").status == 404
    clerk = stack.signed_in(stack.guard.member("Sandrine Lopez", role="receptionist"))
    assert clerk.get("/doublons/").status == 404


def joined(desk: Visitor, person: str, kind: str) -> None:
    """A document of a file."""
    fields, files = {"id": str(uuid4()), "kind": kind}, {"file": ("a.pdf", pdf())}
    page = desk.post(f"/personnes/{person}/pieces/", fields, files=files)
    assert page.status == 200, page.text


def documents(desk: Visitor, person: str) -> list[str]:
    """Addresses of what can be downloaded from a file."""
    page = desk.get(f"/personnes/{person}/pieces/")
    assert page.status == 200, page.text
    return [link for link in page.links() if re.fullmatch(rf"/personnes/{person}/pieces/[0-9a-f-]+/", link)]


def test_adviser_sees_the_documents_of_both_files_and_finds_them_in_the_one_that_stays(
    stack: Stack, camille: Member, desk: Visitor
) -> None:
    stays, goes = two(stack, camille)
    address = f"/personnes/{stays}/doublon/{goes}/"
    stack.asked.clear()
    page = desk.get(address)
    assert [call for call in stack.asked if "attachments" in call] == ["POST /v1/attachments/list"] * 2
    assert "Toutes seront dans le dossier qui reste" not in page.text
    joined(desk, stays, "cv")
    joined(desk, goes, "contract")
    page = desk.get(address)
    assert page.text.index("CV") < page.text.index("Contrat ou convention")
    assert "Toutes seront dans le dossier qui reste" in page.text
    assert "aucune n’est perdue" not in page.text
    merged(desk, stays, goes)
    [contract, cv] = documents(desk, stays)
    answer = desk.http.get(stack.url.rstrip("/") + contract)
    assert answer.content == pdf()
    assert answer.headers["content-disposition"].startswith('attachment; filename="contrat-ou-convention-')
    assert desk.get(f"/personnes/{goes}/pieces/").status == 404
    listed = desk.get("/doublons/")
    desk.post(partings(listed)[0], {}, page=listed)
    assert [link.split("/")[-2] for link in documents(desk, stays)] == [cv.split("/")[-2]]
    assert [link.split("/")[-2] for link in documents(desk, goes)] == [contract.split("/")[-2]]


def test_step_up_for_the_identity_document_of_the_other_file_keeps_what_was_chosen(
    stack: Stack, camille: Member
) -> None:
    visitor = stack.signed_in(camille)
    stays, goes = two(stack, camille)
    joined(visitor, goes, "identity-document")
    age_factor(stack, camille, hours=1)
    page = merged(visitor, stays, goes, **{"contact-keep": "goes"})
    assert page.status == 403
    assert "Confirmez que c’est bien vous" in page.text
    left = visitor.http.post(f"{stack.url}/confirmation/", data=page.hidden("Confirmer mon identité"))
    back = visitor.prove(camille, left.headers["location"])
    kept = back.hidden("Continuer")
    assert (kept["contact-keep"], kept["same"]) == ("goes", "on")
    done = visitor.post(f"/personnes/{stays}/doublon/{goes}/", kept, page=back)
    assert done.url == f"/personnes/{stays}/"
    assert "font plus qu" in done.text
    assert "Lens" in visitor.get(f"/personnes/{stays}/?rubriques=contact").text


def test_adviser_is_told_that_two_files_together_have_more_documents_than_one_takes(
    stack: Stack, camille: Member, desk: Visitor
) -> None:
    stays, goes = two(stack, camille)
    for person, count in ((stays, 11), (goes, 10)):
        stack.guard.execute(
            "INSERT INTO guard.attachment"
            " (id, person, kind, media, size, scanned, added_at, added_by, version, content)"
            " SELECT gen_random_uuid(), $1, 'cv', 'application/pdf', 1, true, guard.instant(), $2, 1, '\\x00'"
            " FROM generate_series(1, $3)",
            person, camille.account, count,
        )  # fmt: skip
    page = desk.get(f"/personnes/{stays}/doublon/{goes}/")
    assert "il y en aura 21, et un dossier en contient 20 au plus : aucune n’est perdue" in page.text
    merged(desk, stays, goes)
    papers = desk.get(f"/personnes/{stays}/pieces/")
    assert "Ce dossier a 21 pièces, et un dossier en contient 20 au plus" in papers.text
    assert "Joindre au dossier" not in papers.text


def test_comparison_says_nothing_of_documents_that_the_guard_does_not_let_see_and_goes_on(
    stack: Stack, camille: Member, desk: Visitor
) -> None:
    stays, goes = two(stack, camille)
    joined(desk, goes, "contract")
    cut = stack.guard.run(stack.guard.world.contain("groups", groups=int(Group.ATTACHMENTS)))
    page = desk.get(f"/personnes/{stays}/doublon/{goes}/")
    stack.guard.amend("containment", cut, lifted_at=stack.guard.run(stack.guard.world.now()))
    assert page.status == 200
    assert "Réunir les deux dossiers" in page.text
    assert "Contrat ou convention" not in page.text
    assert "Contrat ou convention" in desk.get(f"/personnes/{stays}/doublon/{goes}/").text
