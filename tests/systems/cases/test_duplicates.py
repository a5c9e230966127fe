"""Two files of one person, made one and two again from the pages; the console's own rows go with them."""

from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from beffroi.guard.vault.records import Contact
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import Diary, at

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
    [merge] = {link for link in _actions(listed) if link.endswith("/separer/")}
    parted = desk.post(merge, {}, page=listed)
    assert "de nouveau séparés" in parted.text
    assert [str(row["id"]) for row in diary.of(stays)] == theirs[:1]
    assert [str(row["id"]) for row in diary.of(goes)] == theirs[1:]
    assert "Lens" in desk.get(f"/personnes/{goes}/?rubriques=contact").text


def _actions(page: Page) -> list[str]:
    return [part.split('"')[0] for part in page.html.split('action="')[1:]]


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
    for action in _actions(page):
        if action.endswith("/separer/"):
            desk.post(action, {}, page=page)


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
