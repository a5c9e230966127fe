"""The restriction on a request's page: who meets it, what it asks the guard, what an adviser reads meanwhile."""

from random import choices
from string import ascii_lowercase
from uuid import uuid4

import pytest

from beffroi.core.ids import OrganisationId, PersonId
from tests.config.console.stack import Stack
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.test_person_data import Desk, correspondent
from tests.systems.prescriptions.school import on

__all__ = ["adviser"]
BEGIN = {"suite": "begin", "ground": "accuracy"}


@pytest.fixture
def nora(stack: Stack) -> Desk:
    return correspondent(stack, f"Nora {word()}")


def word() -> str:
    """A name of nobody else's, in letters."""
    return "".join(choices(ascii_lowercase, k=12))


def lifting(days: int = 0) -> dict[str, str]:
    return {"suite": "lift", "told_on": f"{on(days):%d/%m/%Y}"}


def restrict(stack: Stack, nora: Desk, person: str, organisation: str | None = None) -> str:
    """A restriction that no request asked for, as its command leaves it; its id."""
    guard, id_ = stack.guard, str(uuid4())
    office = organisation or guard.organisation

    async def both() -> None:
        now = await guard.world.now()
        row = {
            "id": id_, "person": person, "organisation": office, "ground": "accuracy", "request": None,
            "since_at": now, "decided_by": nora.member.account, "told_at": None, "lifted_at": None, "lifted_by": None,
        }  # fmt: skip
        await guard.world.insert("restriction", **row)
        await guard.world.relation(PersonId(person), OrganisationId(office), kind="restricted", days=1)

    guard.run(both())
    return id_


def asked(stack: Stack) -> list[str]:
    """What the console asked the guard since the last time."""
    calls = [call for call in stack.asked if call not in ("POST /v1/token", "GET /v1/session")]
    stack.asked.clear()
    return calls


def test_adviser_reads_whom_to_turn_to_until_the_correspondent_lifts_the_restriction(
    adviser: Adviser, nora: Desk
) -> None:
    address = nora.works_on(adviser.own, "restriction")
    begun = nora.visitor.post(f"{address}limitation/", BEGIN)
    assert begun.url == address
    assert "Seuls les correspondants à la protection des données des organismes qui suivent la personne" in begun.text
    page = adviser.visitor.get(f"/personnes/{adviser.own}/")
    assert page.status == 403
    assert "Delaunay" not in page.text
    assert "North" in page.text
    assert f"/personnes/{adviser.own}/urgence/" in page.response.text
    for path in ("modifier/identity/", "suivi/", "pieces/"):
        told = adviser.visitor.get(f"/personnes/{adviser.own}/{path}")
        assert (told.status, "Delaunay" in told.text) == (403, False), path
    early = nora.visitor.post(f"{address}limitation/", lifting(days=1))
    assert early.status == 422
    assert adviser.visitor.get(f"/personnes/{adviser.own}/").status == 403
    assert nora.visitor.post(f"{address}limitation/", lifting()).url == address
    assert "Delaunay" in adviser.visitor.get(f"/personnes/{adviser.own}/").text


def test_adviser_and_correspondent_of_another_office_meet_no_restriction_and_the_office_s_own_does(
    stack: Stack, adviser: Adviser, nora: Desk
) -> None:
    person = stack.person(organisation=stack.guard.organisation, last_name="Carpentier")
    address = nora.works_on(person, "restriction")
    elsewhere = correspondent(stack, f"Sami {word()}", "South")
    for visitor in (adviser.visitor, elsewhere.visitor):
        assert visitor.post(f"{address}limitation/", BEGIN).status == 404
    access = nora.register(stack.person(organisation=stack.guard.organisation, last_name="Roche"), "access")
    assert nora.visitor.post(f"{access}limitation/", BEGIN).status == 404
    assert nora.visitor.post(f"{address}limitation/", {"suite": "begin", "ground": "convenience"}).status == 422
    assert nora.visitor.post(f"{address}limitation/", lifting()).status == 404  # there is none yet
    assert nora.visitor.post(f"{address}limitation/", BEGIN).status == 200


def test_request_s_page_asks_for_restrictions_only_where_it_shows_one(stack: Stack, nora: Desk) -> None:
    person = stack.person(organisation=stack.guard.organisation, last_name="Carpentier")
    pages = {article: nora.register(person, article) for article in ("access", "restriction")}
    for article, expected in (
        ("access", ["POST /v1/person-requests/list"]),
        ("restriction", ["POST /v1/person-requests/list", "POST /v1/restrictions/list"]),
    ):
        asked(stack)
        assert nora.visitor.get(pages[article]).status == 200
        assert asked(stack) == expected


def test_correspondent_lifts_from_the_list_a_restriction_that_no_request_asked_for(stack: Stack, nora: Desk) -> None:
    """One that began through the interface for programs."""
    person = stack.person(organisation=stack.guard.organisation, last_name="Carpentier")
    one = restrict(stack, nora, person)
    register = nora.visitor.get("/demandes-des-personnes/")
    assert 'href="/demandes-des-personnes/limitations/"' in register.response.text
    asked(stack)
    page = nora.visitor.get("/demandes-des-personnes/limitations/")
    assert asked(stack) == ["POST /v1/restrictions/list"]
    address = f"/demandes-des-personnes/limitations/{one}/"
    assert address in page.response.text
    assert "Carpentier" not in page.text
    assert nora.visitor.get(address).status == 200
    assert nora.visitor.post(address, {"told_on": f"{on(1):%d/%m/%Y}"}).status == 422
    assert nora.visitor.post(address, {"told_on": f"{on(0):%d/%m/%Y}"}).url == "/demandes-des-personnes/limitations/"
    assert address not in nora.visitor.get("/demandes-des-personnes/limitations/").response.text
    assert nora.visitor.get(address).status == 404


def test_adviser_and_correspondent_of_another_office_meet_neither_list_nor_lifting(
    stack: Stack, adviser: Adviser, nora: Desk
) -> None:
    one = restrict(stack, nora, stack.person(organisation=stack.guard.organisation, last_name="Carpentier"))
    address = f"/demandes-des-personnes/limitations/{one}/"
    elsewhere = correspondent(stack, f"Sami {word()}", "South")
    assert adviser.visitor.get("/demandes-des-personnes/limitations/").status == 404
    assert address not in elsewhere.visitor.get("/demandes-des-personnes/limitations/").response.text
    for visitor in (adviser.visitor, elsewhere.visitor):
        assert visitor.get(address).status == 404
        assert visitor.post(address, {"told_on": f"{on(0):%d/%m/%Y}"}).status == 404
    assert nora.visitor.get(address).status == 200


def test_correspondent_is_told_which_office_closed_that_had_restricted_the_file(stack: Stack, nora: Desk) -> None:
    guard = stack.guard
    closed = guard.run(guard.world.organisation(f"Mission {word()}"))
    person = stack.person(organisation=guard.organisation, last_name="Carpentier")
    one = restrict(stack, nora, person, closed)
    assert f"limitations/{one}/" not in nora.visitor.get("/demandes-des-personnes/limitations/").response.text
    guard.amend("organisation", closed, active=False)
    assert f"limitations/{one}/" in nora.visitor.get("/demandes-des-personnes/limitations/").response.text
