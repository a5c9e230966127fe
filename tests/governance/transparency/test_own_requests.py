"""What one asks about one's own data: from one's own space, and from nowhere else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from beffroi.client.personal import Change, Corrected
from beffroi.core.asking import ARTICLES
from beffroi.core.identifying import Identifying
from beffroi.core.person_rights import State
from beffroi.governance.transparency.web import own_file, words
from tests.config.console.conftest import stack
from tests.config.console.stack import Stack, Visitor
from tests.governance.transparency.test_own_documents import of

__all__ = ["stack"]
ADDRESS = "/mon-espace/demandes/"


def sent_away(visitor: Visitor) -> None:
    for page in (visitor.get(ADDRESS), visitor.post(ADDRESS, {"demande": "access"})):
        assert page.url == "/mon-espace/"


def test_visitor_and_agent_ask_nothing_in_anybody_s_name(stack: Stack) -> None:
    sent_away(stack.visitor())
    sent_away(stack.signed_in(stack.guard.member("Ana Adviser")))
    assert not stack.guard.journal("person-request-registered")


def test_foreign_form_asks_nothing(stack: Stack) -> None:
    assert stack.visitor().http.post(f"{stack.url}{ADDRESS}").status_code == 403


def test_person_whose_words_were_altered_is_told_so_beside_the_other_requests(stack: Stack) -> None:
    visitor, person = of(stack, "Alteree")
    for article, text in (("rectification", "Mon adresse est fausse."), ("restriction", "Laissez mon dossier là.")):
        typed = {"demande": article, "organisme": str(stack.guard.organisation), "texte": text}
        assert "Votre demande est envoyée." in visitor.post(ADDRESS, typed).text
    said = "Un texte de cette demande a été altéré"
    assert said not in visitor.get(ADDRESS).text
    text = "(SELECT id FROM guard.person_request WHERE person = $1 AND article = 'rectification')"
    row = stack.guard.row(f"SELECT * FROM guard.person_request_text WHERE id = {text}", person)
    stack.guard.execute("DELETE FROM guard.person_request_text WHERE id = $1", row["id"])
    stack.guard.execute(
        "INSERT INTO guard.person_request_text VALUES ($1, $2, $3, $4)",
        row["id"], person, bytes(len(row["sealed"])), row["made_at"],
    )  # fmt: skip
    page = visitor.get(ADDRESS)
    assert (page.status, page.text.count(said)) == (200, 1)
    assert "Laissez mon dossier là." in page.text
    assert "adresse est fausse" not in page.text


@pytest.mark.parametrize(
    ("article", "state", "reason", "told"),
    [
        ("access", "answered", None, "« Télécharger mes données », dans Mon dossier, en donne un fichier."),
        ("rectification", "answered", None, "Ce qui a été corrigé se lit dans"),
        (
            "access",
            "refused",
            "unfounded",
            "demander au correspondant à la protection des données de l’organisme (North)",
        ),
    ],
)
def test_person_is_told_what_a_closed_request_came_to_and_where_what_was_asked_for_is(
    stack: Stack, article: str, state: str, reason: str | None, told: str
) -> None:
    visitor, person = of(stack, f"Close{article}{state}")
    guard = stack.guard
    now = guard.run(guard.world.now())
    asked = {
        "id": uuid4(), "person": person, "organisation": guard.organisation, "article": article,
        "received_at": now - timedelta(days=3), "state": state, "extended": None, "reason": reason,
        "registered_by": uuid4(), "registered_at": now, "moved_by": None, "moved_at": now,
    }  # fmt: skip
    guard.run(guard.world.insert("person_request", **asked))
    page = visitor.get(ADDRESS)
    assert told in page.text
    pages = ["/mon-espace/dossier/", "/mon-espace/documents/", "/mon-espace/rendez-vous/"]
    held = [visited for visited in page.links() if visited in pages]
    answered = state == "answered"
    assert (held.count(pages[0]), held.count(pages[2])) == (1 + answered, 1 + (answered and article == "access"))


@pytest.fixture
def _french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages as they are written, whatever the language of a request."""
    for module in (words, own_file):
        monkeypatch.setattr(module, "gettext", str)
    monkeypatch.setattr(own_file, "get_language", lambda: "fr")


@pytest.mark.usefixtures("_french")
def test_everything_that_may_be_asked_is_offered_and_every_state_has_its_words() -> None:
    assert {code for code, _ in words.ASKED} == ARTICLES
    assert not {state.value for state in State} & {words.request_state(state) for state in State}


@pytest.mark.usefixtures("_french")
def test_correction_is_told_field_by_field_and_a_note_as_what_was_added() -> None:
    note = [{"at": "2026-03-01T10:00:00Z", "text": Identifying("Elle dit le contraire")}]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    told = own_file._corrected(
        Corrected(
            at, "North",
            (
                Change("contact", "city", Identifying("Lille"), Identifying("Hellemmes")),
                Change("contact", "email", Identifying("a@b.example"), None), Change("followup", "notes", None, note),
                Change("situation", "changes", None, [{"subject": "work"}]),
            ),
        )
    )  # fmt: skip
    assert [(one.term, one.value) for one in told.lines] == [
        ("Commune", "Lille → Hellemmes"), ("Adresse électronique", "a@b.example → rien"),
        ("Note", "ajouté : 1er\N{NO-BREAK SPACE}mars\N{NO-BREAK SPACE}2026 – Elle dit le contraire"),
    ]  # fmt: skip


@pytest.mark.usefixtures("_french")
def test_note_corrected_in_place_is_told_as_it_was_and_as_it_is() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    was, becomes = [[{"text": Identifying(text)}] for text in ("N'est pas venue", "Est venue")]
    told = own_file._corrected(Corrected(at, "North", (Change("followup", "notes", was, becomes),)))
    assert [(one.term, one.value) for one in told.lines] == [("Note", "N'est pas venue → Est venue")]
