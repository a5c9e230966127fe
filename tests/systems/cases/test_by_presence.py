"""A code shown at the desk, typed by an adviser: pages that lead to it, what it asks, what it says when it fails."""

import re
from dataclasses import dataclass

import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import turnstile
from beffroi.guard.personal import presence_codes
from beffroi.guard.relating import relations
from tests.config.console.stack import Page, Stack, Visitor

ADDRESS = "/personnes/presence/"


@dataclass
class Desk:
    """An adviser at work, and the people who come to the desk."""

    stack: Stack
    visitor: Visitor

    def code(self, person: str) -> str:
        """A code that the person made for this office."""

        async def made() -> str:
            world = self.stack.guard.world
            async with world.conn.transaction():
                await turnstile.take(world.conn)
                _, code, _ = await presence_codes.make(
                    world.conn, world.keys, PersonId(person), self.stack.guard.organisation, await world.now()
                )
            return code

        return self.stack.guard.run(made())


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Desk:
    return Desk(stack, stack.signed_in(stack.guard.member("Paula Presence")))


def somebody(stack: Stack, name: str) -> str:
    return stack.person(organisation=stack.guard.world.offices["South"], last_name=name, first_names="Inès")


def test_adviser_types_the_code_and_comes_to_the_file_in_few_questions(desk: Desk) -> None:
    person = somebody(desk.stack, "Presente")
    form = desk.visitor.get(ADDRESS)
    assert f"{desk.stack.url}/mon-espace/" in form.text
    assert form.text.index("N’acceptez un code que") < form.text.index("Code que montre la personne")
    desk.stack.asked.clear()
    page = desk.visitor.post(ADDRESS, {"code": desk.code(person)}, page=form)
    assert (page.status, page.url) == (200, f"/personnes/{person}/")
    assert "Vous êtes son référent." in page.text
    assert "Presente" in page.text
    assert [one for one in desk.stack.asked if "relations" in one] == ["POST /v1/relations/by-presence"]


def test_wrong_code_is_said_beside_the_field_and_an_empty_one_asks_the_guard_nothing(desk: Desk) -> None:
    page = desk.visitor.post(ADDRESS, {"code": "0000-0000"})
    assert (page.status, "Ce code n’est pas le bon" in page.text) == (422, True)
    assert "0000-0000" in page.html, "to be compared with what the person shows"
    desk.stack.asked.clear()
    assert desk.visitor.post(ADDRESS, {"code": " "}, page=page).status == 422
    assert not [one for one in desk.stack.asked if "relations" in one]


def test_person_followed_already_is_said_to_be_and_searched_for(desk: Desk) -> None:
    guard = desk.stack.guard
    person = somebody(desk.stack, "Connue")
    code = desk.code(person)

    async def followed() -> None:
        world = guard.world
        async with world.conn.transaction():
            await turnstile.take(world.conn)
            at = await world.now()
            await relations.begin(
                world.conn, world.keys, PersonId(person), guard.organisation, "followed", referent=None, at=at
            )

    guard.run(followed())
    page = desk.visitor.post(ADDRESS, {"code": code})
    assert (page.url, "Votre structure suit déjà cette personne" in page.text) == ("/recherche/", True)


def test_search_and_the_page_of_somebody_followed_elsewhere_lead_there(desk: Desk) -> None:
    search = desk.visitor.get("/recherche/")
    assert ADDRESS in search.links()
    stack, guard = desk.stack, desk.stack.guard
    stack.person(
        organisation=guard.world.offices["South"], last_name="Ailleurs", first_names="Inès", birth_date="2005-03-14"
    )
    typed = {"last_name": "Ailleurs", "first_name": "Inès", "birth_date": "14/03/2005", "recherche": "identite"}
    found = desk.visitor.post("/recherche/", typed, page=search)
    [elsewhere] = [link for link in found.links() if link.startswith("/personnes/") and link.count("-") == 4]
    assert ADDRESS in desk.visitor.get(elsewhere).links()


def found_in_the_south(stack: Stack, visitor: Visitor, last_name: str, *, archived: bool = False) -> Page:
    """The page of somebody of another office whom a search found."""
    south = stack.guard.world.offices["South"]
    person = stack.person(
        organisation=south, last_name=last_name, first_names="Inès", birth_date="2005-03-14",
        kind="archived" if archived else "followed",
    )  # fmt: skip
    typed = {"last_name": last_name, "first_name": "Inès", "birth_date": "14/03/2005", "recherche": "identite"}
    visitor.post("/recherche/", typed)
    return visitor.get(f"/personnes/{person}/")


def test_person_whom_nobody_follows_needs_no_code(desk: Desk) -> None:
    page = found_in_the_south(desk.stack, desk.visitor, "Archivee", archived=True)
    assert "Reprendre le suivi" in page.text
    assert ADDRESS not in page.links()


def test_receptionist_is_told_whom_to_send_somebody_followed_elsewhere_to(stack: Stack) -> None:
    visitor = stack.signed_in(stack.guard.member("Rosa Orientation", role="receptionist"))
    page = found_in_the_south(stack, visitor, "Orientee")
    assert "Dirigez-la vers un conseiller" in page.text
    assert "demander le transfert" in page.text
    assert "/reception/" in re.findall(r'href="([^"]+)"', page.html[page.html.index("<main") :])
    assert ADDRESS not in page.links()


def test_receptionist_is_offered_no_code_and_finds_no_page(stack: Stack) -> None:
    visitor = stack.signed_in(stack.guard.member("Rosa Guichet", role="receptionist"))
    assert ADDRESS not in visitor.get("/recherche/").links()
    assert visitor.get(ADDRESS).status == 404
