"""Departures through the whole product: the page, the button, the file, those who wait."""

from dataclasses import dataclass

import pytest

from beffroi.ui.files import MOST_BYTES
from beffroi.ui.formatting import french
from tests.config.console.stack import Page, Stack, Visitor
from tests.governance.leavers.staff import idle, promote, status, waits
from tests.guard.signin.serving import Member


@dataclass
class Manager:
    """A manager at work."""

    member: Member
    visitor: Visitor

    def upload(self, text: str | bytes, name: str = "departs.csv") -> Page:
        """Give a file on the page."""
        visitor = self.visitor
        page = visitor.get("/departs/fichier/")
        answer = visitor.http.post(
            f"{visitor.stack.url}/departs/fichier/",
            data={"csrfmiddlewaretoken": page.token()},
            files={"file": (name, text, "text/csv")},
        )
        return Page(answer)


@pytest.fixture(scope="module")
def manager(stack: Stack) -> Manager:
    member = stack.guard.member("Philippe Garnier")
    visitor = stack.signed_in(member)
    promote(stack, member)
    return Manager(member, visitor)


def test_adviser_has_no_entry_and_no_page(stack: Stack) -> None:
    visitor = stack.signed_in(stack.guard.member("Ana Adviser"))
    assert "/departs/" not in visitor.get("/mon-compte/").links()
    for path in ("/departs/", "/departs/attente/"):
        page = visitor.get(path)
        assert page.status == 403, page.text


def test_manager_sees_colleagues_and_confirms_that_one_has_left(stack: Stack, manager: Manager) -> None:
    leaver = stack.guard.member("Lucie Partie")
    idle(stack, leaver, 61)
    page = manager.visitor.get("/departs/")
    assert "/departs/" in page.links()
    assert "Lucie Partie" in page.text
    assert "Inutilisé" in page.text
    path = f"/departs/{leaver.account}/"
    confirm = manager.visitor.get(path)
    assert "Lucie Partie a quitté la structure" in confirm.text
    assert status(stack, leaver) == "active"
    done = manager.visitor.post(path, {}, page=confirm)
    assert done.url == "/departs/"
    assert french("C'est fait : ses accès à votre structure sont fermés.") in done.text.replace("\u00a0", " ") or (
        "ses accès à votre structure sont fermés" in done.text
    )
    assert status(stack, leaver) == "suspended"
    assert "Lucie" not in stack.log()


def test_manager_who_asks_for_somebody_elsewhere_learns_nothing(stack: Stack, manager: Manager) -> None:
    stranger = stack.guard.member("Zoe Ailleurs", organisation=stack.guard.world.offices["South"])
    path = f"/departs/{stranger.account}/"
    assert "Ailleurs" not in manager.visitor.get(path).text
    assert manager.visitor.post(path, {}).status == 404
    assert status(stack, stranger) == "active"


def test_manager_who_sends_an_approver_away_reads_that_it_waits(stack: Stack, manager: Manager) -> None:
    approver = stack.guard.member("Helene Marchand", role="approver")
    done = manager.visitor.post(f"/departs/{approver.account}/", {})
    assert "attend l’accord de la sécurité ou du réseau" in done.text
    assert status(stack, approver) == "active"


def test_manager_reads_a_file_then_applies_it(stack: Stack, manager: Manager) -> None:
    gone = stack.guard.member("Remi Fichier")
    text = f"email;dernier jour\n{gone.persona.email};31/01/2026\npersonne;31/01/2026\nx@y.example;31/01/2026\n"
    page = manager.upload(text)
    assert page.status == 200, page.text
    assert "Partent à l’instant 1" in page.text
    assert "Adresses inconnues dans votre structure 1" in page.text
    assert "3 Une adresse professionnelle" in page.text
    assert status(stack, gone) == "active"
    done = manager.visitor.post("/departs/fichier/", {"texte": text}, page=page)
    assert "1 départ fait" in done.text
    assert status(stack, gone) == "suspended"
    assert gone.persona.email not in stack.log()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier est vide"),
        (b"email;dernier jour\n\xe9", "pas en UTF-8"),
        (b"x" * (MOST_BYTES + 1), "dépasse 100"),
        (b"x" * 200_000, "dépasse 100"),
    ],
    ids=["empty", "latin-1", "long", "longer"],
)
def test_manager_whose_file_cannot_be_taken_is_told_why(manager: Manager, content: bytes, said: str) -> None:
    page = manager.upload(content)
    assert page.status == 422, page.text
    assert said in page.text


def test_manager_answers_for_those_who_wait(stack: Stack, manager: Manager) -> None:
    here, away = stack.guard.member("Ines Presente"), stack.guard.member("Karim Absent")
    stay, leave = waits(stack, here), waits(stack, away)
    page = manager.visitor.get("/departs/attente/")
    assert "Ines Presente" in page.text
    assert "Compte inutilisé depuis longtemps" in page.text
    assert "Le compte reste ouvert" in manager.visitor.post("/departs/attente/", {"present": stay}, page=page).text
    assert "Départ confirmé" in manager.visitor.post("/departs/attente/", {"parti": leave}, page=page).text
    assert [status(stack, one) for one in (here, away)] == ["active", "suspended"]
    assert manager.visitor.post("/departs/attente/", {"parti": leave}, page=page).status == 409


def test_network_alone_reads_how_many_mails_could_not_be_sent(stack: Stack, manager: Manager) -> None:
    guard, said = stack.guard, "n’ont pas pu partir en sept jours"
    member = guard.member("Claire Fontaine")
    network = guard.run(guard.world.organisation("Network", kind="network"))
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", held, organisation=network)
    claire = stack.signed_in(member)
    promote(stack, member, "security-officer")
    assert said not in claire.get("/departs/attente/").text
    guard.execute(
        "INSERT INTO guard.mail (id, recipient, gathered, composed_at, due_at, failed_at, failure) SELECT"
        " gen_random_uuid(), $1, false, guard.instant(), guard.instant(), guard.instant(), 'smtp-550'",
        member.account,
    )
    assert said in claire.get("/departs/attente/").text
    assert said not in manager.visitor.get("/departs/attente/").text
