"""One's own documents on the console: from one's own space, by a form, and what each page costs."""

import re
from contextlib import closing
from urllib.parse import urljoin
from uuid import uuid4

import msgspec
import psycopg
import pytest

from beffroi.guard.vault.records import Identity
from beffroi.simulation.identity_provider.residents import write_residents_file
from tests.config.console.conftest import stack
from tests.config.console.rows import fill
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import EmbeddedPostgres, FreshDatabase
from tests.guard.personal.space import Space, joined
from tests.person_data_schema import held
from tests.simulation.identity_provider.served import INES
from tests.systems.cases.diary import Diary, at, questions
from tests.systems.prescriptions.school import Books

__all__ = ["stack"]
LIST, TAKE, DATA = "/mon-espace/documents/", "/mon-espace/documents/telecharger/", "/mon-espace/dossier/donnees/"


def of(stack: Stack, last_name: str) -> tuple[Visitor, str]:
    """Somebody in their own space, and the id of their file."""
    login, visitor = last_name.lower(), stack.visitor()
    one = msgspec.structs.replace(INES, login=login, sub=f"sub-{login}", family_name=last_name.upper())
    write_residents_file(stack.guard.provider.people.users_file, (INES, one))
    identity = Identity(
        last_name=last_name, first_names="Inès, Marie", birth_date=INES.birthdate, sex="F",
        birth_place=INES.birthplace,
    )  # fmt: skip
    person = stack.person(
        organisation=stack.guard.organisation, last_name=last_name, first_names="Inès", birth_date=INES.birthdate,
        identity=identity,
    )  # fmt: skip
    left = visitor.http.get(f"{stack.url}/mon-espace/connexion/")
    begun = visitor.http.get(left.headers["location"])
    back = Space(stack.guard, person).at_provider(visitor.http, begun.headers["location"], login, "otp", "sign-in")
    entered = visitor.get(visitor.http.get(back).headers["location"])
    assert entered.url == "/mon-espace/consultations/", entered.text
    return visitor, person


def calls(stack: Stack) -> list[str]:
    return [call for call in stack.asked if call != "POST /v1/token"]


def named(page: Page) -> list[str]:
    return re.findall(r'name="document" value="([^"]+)"', page.html)


def test_visitor_and_agent_have_no_documents_of_their_own(stack: Stack) -> None:
    for visitor in (stack.visitor(), stack.signed_in(stack.guard.member("Ana Adviser"))):
        for page in (visitor.get(LIST), visitor.post(TAKE, {"document": str(uuid4())})):
            assert page.url == "/mon-espace/"
    assert not stack.guard.journal("own-file-read")


def test_link_foreign_form_and_malformed_id_take_nothing(stack: Stack) -> None:
    visitor, person = of(stack, "Formulaire")
    own = joined(Space(stack.guard, person), person)
    assert visitor.get(f"{TAKE}?document={own}").status == 405
    assert visitor.http.post(urljoin(stack.url, TAKE), data={"document": own}).status_code == 403
    assert visitor.post(TAKE, {"document": "cv.pdf"}).status == 404
    assert not stack.guard.journal("own-file-read")


def test_person_takes_a_document_named_for_nobody_and_is_told_when_it_is_altered_or_gone(
    stack: Stack, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    visitor, person = of(stack, "Telechargee")
    own = joined(Space(stack.guard, person), person, "identity-document")
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        page = visitor.get(LIST)
    assert calls(stack) == ["POST /v1/person/attachments/list"]
    assert cost.asked == [], "the console keeps none of it"
    assert named(page) == [own]
    for said in ("Pièce d’identité", "PDF, 1 ko", "par North", "Non vérifié par un antivirus"):
        assert said in page.text.replace("\N{NO-BREAK SPACE}", " "), said
    stack.asked.clear()
    answer = visitor.post(TAKE, {"document": own}, page=page).response
    assert calls(stack) == ["POST /v1/person/attachments/open"]
    assert answer.headers["content-type"] == "application/pdf"
    assert re.fullmatch(
        r'attachment; filename="piece-d-identite-\d{4}-\d\d-\d\d\.pdf"', answer.headers["content-disposition"]
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF")
    assert b"%PDF-" not in stack.log().encode()
    with closing(psycopg.connect(fresh_for_module.owner, autocommit=True)) as owner:
        owner.execute("UPDATE guard.attachment SET kind = 'cv'")
    altered = visitor.post(TAKE, {"document": own}, page=page)
    assert altered.status == 409
    assert "signalée à la sécurité" in altered.text
    assert {LIST, "/mon-espace/consultations/"} <= set(altered.links()), "the space goes on"
    stack.guard.execute("DELETE FROM guard.attachment")
    gone = visitor.post(TAKE, {"document": own}, page=page)
    assert gone.status == 404
    assert "Document introuvable" in gone.text
    assert "n’est pas, ou n’est plus, dans votre dossier" in gone.text
    assert LIST in gone.links()


def test_own_file_says_how_each_organisation_follows_and_own_data_holds_every_row_and_is_as_documented(
    stack: Stack, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    visitor, person = of(stack, "Complete")
    own, diary, account = joined(Space(stack.guard, person), person), Diary(fresh_for_module), str(uuid4())
    books, south = Books(fresh_for_module), stack.guard.world.offices["South"]
    session = books.session(str(uuid4()))
    for office in (stack.guard.organisation, south):
        fill(books, diary, person, office, account, session)
    for day in range(1, 46):
        diary.give(person, stack.guard.organisation, account, at(-day, 9), state="present")
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        page = visitor.get("/mon-espace/dossier/")
    assert calls(stack) == ["POST /v1/person/self", "POST /v1/person/file"]
    assert len(cost.asked) == 3, cost.asked
    told = "Statut Accompagnement terminé Dispositif CEJ, depuis le 2 janvier 2024"
    shown = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"North {told}" in shown
    assert f"Un organisme qui ne vous suit plus {told}" in shown
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        answer = visitor.post(DATA, {}, page=page).response
    assert calls(stack) == [
        "POST /v1/person/self", "POST /v1/person/attachments/list", "POST /v1/person/file",
    ]  # fmt: skip
    assert len(cost.asked) == 8, cost.asked
    whole = held(answer.json())
    assert len(whole["appointments"]) == 49, "all of them, where the page shows forty"
    names = {"North", None}
    assert {one["organisation"] for one in whole["appointments"]} == names
    assert {one["organisation"]: one["status"] for one in whole["followup_statuses"]} == dict.fromkeys(names, "left")
    assert {one["organisation"]: one["code"] for one in whole["programmes"]} == dict.fromkeys(names, "cej")
    assert {one["organisation"]: one["due_on"] for one in whole["due_steps"]} == dict.fromkeys(names, "2024-01-02")
    assert {one["prescribed_by"]: one["title"] for one in whole["trainings"]} == dict.fromkeys(names, "CAP cuisine")
    assert [one["id"] for one in whole["attachments"]] == [own]
    assert whole["attachments_page"] == f"{stack.url}{LIST}"
    assert account not in answer.text


@pytest.mark.parametrize("address", [LIST, TAKE])
def test_guard_that_fails_is_said_and_nothing_is_given(stack: Stack, address: str) -> None:
    visitor, person = of(stack, f"Panne{len(address)}")
    own = joined(Space(stack.guard, person), person)
    page = visitor.get(LIST)
    stack.down.set()
    try:
        failed = visitor.get(LIST) if address == LIST else visitor.post(TAKE, {"document": own}, page=page)
    finally:
        stack.down.clear()
    assert failed.status == 503
    assert "content-disposition" not in failed.response.headers
    assert own not in failed.html
