"""The restriction on a request's page: who meets it, what it asks the guard, what an adviser reads meanwhile."""

from random import choices
from string import ascii_lowercase

import pytest

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
