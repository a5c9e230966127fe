"""A request of erasure answered by erasing: by the office's correspondent, once worked on, with a fresh passkey."""

from random import choices
from string import ascii_lowercase

import pytest

from tests.config.console.stack import Stack
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.test_person_data import Desk, correspondent
from tests.systems.cases.test_restrictions import asked

__all__ = ["adviser"]


@pytest.fixture
def nora(stack: Stack) -> Desk:
    return correspondent(stack, f"Nora {''.join(choices(ascii_lowercase, k=12))}")


@pytest.fixture
def person(stack: Stack) -> str:
    return stack.person(organisation=stack.guard.organisation, last_name="Carpentier")


def there(stack: Stack, person: str) -> bool:
    return bool(stack.guard.one("SELECT EXISTS (SELECT FROM guard.person WHERE id = $1)", person))


def erased(stack: Stack, person: str) -> int:
    return len([row for row in stack.guard.journal("erased") if str(row["person"]) == person])


def test_correspondent_reads_whose_file_it_is_erases_it_and_the_request_is_closed(
    stack: Stack, nora: Desk, person: str
) -> None:
    address = nora.works_on(person, "erasure")
    assert f"{address}effacer/" in nora.visitor.get(address).links()
    asked(stack)
    page = nora.visitor.get(f"{address}effacer/")
    assert "Carpentier" in page.text
    assert address in page.links(), "one may give up"
    assert asked(stack) == ["POST /v1/person-requests/list", "POST /v1/open"]
    assert there(stack, person)
    done = nora.visitor.post(f"{address}effacer/", {}, page=page)
    assert asked(stack)[:3] == ["POST /v1/person-requests/list", "POST /v1/erase", "POST /v1/person-requests/move"]
    assert done.url == address
    assert "Le dossier est effacé et la demande est close" in done.text
    assert not there(stack, person)
    assert erased(stack, person) == 1
    assert nora.visitor.post(f"{address}effacer/", {}, page=page).status == 404, "once"
    assert erased(stack, person) == 1


@pytest.mark.parametrize("article", ["erasure", "access"])
def test_request_that_is_not_worked_on_or_of_another_article_erases_nothing(
    stack: Stack, nora: Desk, person: str, article: str
) -> None:
    address = nora.register(person, article) if article == "erasure" else nora.works_on(person, article)
    assert nora.visitor.get(f"{address}effacer/").status == 404
    assert nora.visitor.post(f"{address}effacer/", {}).status == 404
    assert there(stack, person)


def test_adviser_and_correspondent_of_another_office_erase_nothing(
    stack: Stack, adviser: Adviser, nora: Desk, person: str
) -> None:
    address = nora.works_on(person, "erasure")
    for visitor in (adviser.visitor, correspondent(stack, "Sami Sud", "South").visitor):
        assert visitor.get(f"{address}effacer/").status == 404
        assert visitor.post(f"{address}effacer/", {}).status == 404
    assert there(stack, person)


def test_correspondent_without_a_fresh_passkey_is_asked_for_it_and_nothing_is_erased(
    stack: Stack, nora: Desk, person: str
) -> None:
    address = nora.works_on(person, "erasure")
    session = "SELECT id FROM guard.session WHERE account = $1 ORDER BY created_at DESC LIMIT 1"
    stack.guard.amend("session", stack.guard.one(session, nora.member.account), level=2)
    refused = nora.visitor.post(f"{address}effacer/", {})
    assert "clé d’accès" in refused.text
    assert there(stack, person)
    assert erased(stack, person) == 0
