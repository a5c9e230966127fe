"""The personal space in a browser: a young person on a telephone, and the officer who looks into what they report."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from playwright.sync_api import Page, expect

from beffroi.guard.journal import Entry, append
from beffroi.guard.sealing import proving
from beffroi.guard.sealing.verifying import Trust
from beffroi.guard.settings import Log
from beffroi.guard.vault.records import Identity
from beffroi.simulation.identity_provider.residents import write_residents_file
from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_containment_pages import Watch, arrive, watch
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place
from tests.guard.signin.serving import CONSOLE, Member
from tests.simulation.identity_provider.served import INES

__all__ = ["camille", "stack", "watch"]
pytestmark = pytest.mark.browser


def file_of(stack: Stack, last_name: str) -> str:
    """A file of somebody whom the provider can identify, and nobody read yet."""
    login = last_name.lower()
    one = msgspec.structs.replace(INES, login=login, sub=f"sub-{login}", family_name=last_name.upper())
    write_residents_file(stack.guard.provider.people.users_file, (INES, one))
    identity = Identity(
        last_name=last_name,
        first_names="Inès, Marie",
        birth_date=INES.birthdate,
        sex="F",
        birth_place=INES.birthplace,
    )
    return stack.person(
        organisation=stack.guard.organisation, last_name=last_name, first_names="Inès", birth_date=INES.birthdate,
        identity=identity,
    )  # fmt: skip


def consulted(stack: Stack, person: str, count: int = 1) -> list[int]:
    """Consultations of a person, of every sort."""
    guard = stack.guard
    south = guard.world.offices["South"]

    async def happen() -> list[int]:
        now = await guard.world.now()
        whole = Entry(
            now, "released", person, 3, organisation=guard.organisation, application=CONSOLE, role="adviser",
            purpose="follow-up", explanation="referent",
        )  # fmt: skip
        sorts = [
            whole,
            whole._replace(groups=255, role="receptionist", explanation="followed", purpose="reception"),
            whole._replace(kind="found", groups=0, organisation=south, explanation="search"),
            whole._replace(
                groups=1, organisation=south, explanation="break-glass",
                detail='{"reason":"emergency","sha256":"00","text":"00000000-0000-4000-8000-000000000000"}',
            ),
        ]  # fmt: skip
        return await append(guard.world.conn, [sorts[number % 4] for number in range(count)])

    return guard.run(happen())


@pytest.fixture(scope="module")
def log(stack: Stack, fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The log of the module's journal."""
    made = Place(tmp_path_factory.mktemp("log"), fresh_for_module, stack.guard.world.keys)
    made.conn = stack.guard.world.conn
    return made


def enter(stack: Stack, page: Page, last_name: str, *, french: bool) -> None:
    """From the first page of the space to the list, through the provider."""
    page.goto(f"{stack.url}/mon-espace/")
    page.get_by_role("link", name="Prouver mon identité" if french else "Prove my identity").click()
    page.get_by_role("link", name=f"Inès Marie {last_name.upper()}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.url}/mon-espace/consultations/")


@meets(
    "own-space", "own-consultations", "own-report", "own-reports", "own-refused", "own-over", "own-lost", "reports"
)
def test_person_sees_who_consulted_the_file_keeps_a_proof_and_follows_what_was_reported(
    stack: Stack, watch: Watch, tour: Tour, log: Place, tmp_path: Path
) -> None:
    page, french, guard = tour.page, tour.french, stack.guard
    last_name = "Delaunay-Vasseur" if french else "Delaunay-Mercier"
    person = file_of(stack, last_name)
    page.goto(f"{stack.url}/mon-espace/")
    tour.meet("own-space")
    enter(stack, page, last_name, french=french)
    tour.meet("own-consultations", "empty")
    consulted(stack, person, 4)
    page.reload()
    expect(page.get_by_text("4 consultations")).to_be_visible()
    tour.meet("own-consultations", "few")
    entries = consulted(stack, person, 20)
    page.reload()
    expect(page.get_by_text("24 consultations")).to_be_visible()
    tour.meet("own-consultations")
    assert last_name not in page.content(), "the console is told no name"
    assert "navigation" in page.content()
    expect(page.get_by_role("link", name="Mon portefeuille" if french else "My portfolio")).to_have_count(0)
    tour.press("link", "Suivante", "Next")
    expect(page.get_by_text("Page 2 sur 2" if french else "Page 2 of 2")).to_be_visible()
    tour.press("link", "Précédente", "Previous")
    page.locator("summary", has_text="Choisir une période" if french else "Choose a period").click()
    page.locator("#id_au").fill("2001-01-01")
    tour.press("button", "Voir cette période", "See this period")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("own-consultations", "refused")

    page.goto(f"{stack.url}/mon-espace/consultations/")
    tour.press("button", "Garder une preuve", "Keep a proof")
    tour.meet("own-refused")
    guard.run(log.seal())
    log.store.close()
    before = guard.services.settings
    guard.services.settings = replace(before, log=Log(log.signer.key, log.store.path))
    page.goto(f"{stack.url}/mon-espace/consultations/")
    with page.expect_download() as downloading:
        tour.press("button", "Garder une preuve", "Keep a proof")
    downloading.value.save_as(tmp_path / "kept.tlog-proof")
    guard.services.settings = before
    proven = proving.read((tmp_path / "kept.tlog-proof").read_bytes(), Trust([log.signer.key]))
    assert isinstance(proven, proving.Proven)
    assert proven.row.entry == entries[-1]

    tour.press("button", "Je ne reconnais pas", "I do not recognise")
    tour.meet("own-report")
    tour.press("button", "Signaler cette consultation", "Report this consultation")
    expect(page.locator(".messages")).to_be_visible()
    tour.meet("own-reports", "received")
    officer = page.context.browser.new_context(locale=tour.locale, timezone_id="Europe/Paris").new_page()  # type: ignore[union-attr]
    arrive(stack, officer, watch.security, "/signalements/")
    tour.page = officer
    officer.set_viewport_size({"width": 1280, "height": 900})
    tour.meet("reports")
    assert last_name not in officer.content()
    tour.press("button", "Je l'examine|Je l’examine", "I am looking into it")
    officer.locator("summary", has_text="Répondre à la personne" if french else "Answer the person").first.click()
    officer.get_by_role("radio").nth(1).check()
    tour.meet("reports", "answering")
    tour.press("button", "Envoyer cette réponse", "Send this answer")
    expect(officer.locator("article").first).to_contain_text("Réponse donnée" if french else "Answered")
    tour.meet("reports", "answered")
    officer.context.close()
    tour.page = page
    page.reload()
    expect(page.get_by_text("Réponse donnée" if french else "Answered").first).to_be_visible()
    tour.meet("own-reports", "answered")
    tour.press("link", "^Consultations$", "^Consultations$")
    expect(page.get_by_text("Vous l’avez signalée" if french else "You reported it").first).to_be_visible()

    page.goto(f"{stack.url}/mon-espace/retour/?state=unknown&code=x")
    tour.meet("own-lost")
    guard.execute("UPDATE guard.person_session SET seen_at = guard.instant() - interval '1 hour'")
    page.goto(f"{stack.url}/mon-espace/consultations/")
    tour.meet("own-over")
    page.goto(f"{stack.url}/mon-espace/consultations/")
    expect(page).to_have_url(f"{stack.url}/mon-espace/")


@meets("own-space", "invite", "invited", "invitation", "own-consultations", "own-identity", "own-file")
def test_person_enters_with_a_code_of_the_office_and_reads_the_file_once_the_identity_is_proven(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    last_name = "Invitee-Francaise" if french else "Invitee-Anglaise"
    person = file_of(stack, last_name)
    agent = page.context.browser.new_context(locale=tour.locale, timezone_id="Europe/Paris").new_page()  # type: ignore[union-attr]
    sign_in(stack, agent, camille, f"/personnes/{person}/")
    tour.page = agent
    agent.set_viewport_size({"width": 1280, "height": 900})
    tour.press("link", "Remettre un code", "Hand over a code")
    tour.meet("invite")
    tour.press("button", "Afficher le code", "Show the code")
    expect(agent.locator("code").first).to_be_visible()
    tour.meet("invited")
    text = agent.locator("code").first.inner_text()
    agent.context.close()
    tour.page = page

    page.goto(f"{stack.url}/mon-espace/")
    tour.press("link", "J.ai un code", "I have a code")
    tour.meet("invitation")
    page.locator("#code").fill("AAAA-AAAA-AAAA-AAAA")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_be_visible()
    tour.meet("invitation", "wrong")
    page.locator("#code").fill(text.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stack.url}/mon-espace/consultations/")
    expect(page.get_by_text("un code pour entrer" if french else "a code to enter")).to_be_visible()
    tour.meet("own-consultations", "invited")
    tour.press("link", "Mon dossier", "My file")
    tour.meet("own-identity")
    tour.press("link", "Prouver mon identité", "Prove my identity")
    page.get_by_role("link", name=f"Inès Marie {last_name.upper()}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.url}/mon-espace/consultations/")
    tour.press("link", "Mon dossier", "My file")
    expect(page.get_by_text(last_name).first).to_be_visible()
    tour.meet("own-file")
    with page.expect_download() as taken:
        tour.press("button", "Télécharger mes données", "Download my data")
    assert re.fullmatch(r"(?:mes-donnees|my-data)-[0-9-]{10}\.json", taken.value.suggested_filename)
    whole = json.loads(Path(taken.value.path()).read_text("utf-8"))
    assert (whole["format"], whole["source"]) == ("beffroi-person-data", "personal-space")
    assert whole["groups"]["identity"]["last_name"] == last_name
    assert [one["organisation"] for one in whole["followed_by"]] == ["Mission Locale de Valbrume"]
    elsewhere = {one["what"]: one["from"] for one in whole["not_included"]}
    assert elsewhere == {
        **dict.fromkeys(("consultations", "requests", "attachment-contents"), "personal-space"),
        "messages": "organisation",
    }
    page.goto(f"{stack.url}/mon-espace/")
    tour.press("button", "Me déconnecter", "Sign out")
    page.goto(f"{stack.url}/mon-espace/")
    tour.meet("own-space")


@meets("reports", "delays", "request-delay")
def test_officer_has_consultations_shown_later_and_asks_for_more_time(stack: Stack, watch: Watch, tour: Tour) -> None:
    page, guard, french = tour.page, stack.guard, tour.french
    account = guard.member("Victor Curieux-Francais" if french else "Victor Curieux-Anglais").account
    arrive(stack, page, watch.security, "/signalements/")
    tour.press("link", "Consultations montrées plus tard", "Consultations shown later")
    expect(page.get_by_text(account)).to_have_count(0)
    tour.meet("delays", "empty" if french else "few")
    page.locator("#id_compte").fill(account)
    page.locator("#id_jours").fill("99")
    tour.press("button", "Faire la demande", "Make the request")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("delays", "refused")
    page.locator("#id_jours").fill("7")
    tour.press("button", "Faire la demande", "Make the request")
    page.wait_for_url(f"{stack.url}/demandes/*/")
    expect(page.get_by_text("Affichage différé" if french else "Delayed display").first).to_be_visible()
    tour.meet("request-delay")
    now = guard.run(guard.world.now())
    guard.run(
        guard.world.insert(
            "delay", id=str(uuid4()), request=str(uuid4()), account=account, from_at=now - timedelta(days=2),
            until_at=now, shown_at=now + timedelta(days=7), renews=None, decided_at=now,
        )
    )  # fmt: skip
    page.goto(f"{stack.url}/signalements/")
    tour.meet("reports", "none" if french else "some")
    page.goto(f"{stack.url}/signalements/differes/")
    expect(page.get_by_text(account)).to_be_visible()
    tour.meet("delays")
    tour.press("button", "Demander une prolongation", "Ask for 30 days more")
    page.wait_for_url("**/*")
    guard.execute("DELETE FROM guard.delay")


@meets("own-space", "own-reports", "PERSON_SIGNED_OUT")
def test_person_signs_out_here_and_at_the_provider(stack: Stack, tour: Tour) -> None:
    page = tour.page
    last_name = "Sortie-Francaise" if tour.french else "Sortie-Anglaise"
    file_of(stack, last_name)
    enter(stack, page, last_name, french=tour.french)
    tour.press("link", "^Signalements$", "^Reports$")
    tour.meet("own-reports", "empty")
    tour.press("button", "Me déconnecter", "Sign out")
    tour.meet("PERSON_SIGNED_OUT")
    tour.press("link", "Revenir à mon espace", "Back to my space")
    tour.meet("own-space")
    page.get_by_role("link", name="Prouver mon identité" if tour.french else "Prove my identity").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui se connecte ?")
