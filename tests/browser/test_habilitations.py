"""Access requested by one, granted by another, handed over by a third: in a real browser, in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import pytest
from playwright.sync_api import expect

from tests.browser.keys import prove, sign_in
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.scim.announcing import announce
from tests.guard.signin.serving import Member
from tests.guard.world import CASES

__all__ = ["stack"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def people(stack: Stack) -> dict[str, Member]:
    """A manager, two approvers, an adviser; the organisation's roster knows its domain."""
    guard = stack.guard
    guard.amend("organisation", guard.organisation, name="Mission Locale de Valbrume")
    row = {"id": str(uuid4()), "organisation": guard.organisation, "domain": "valbrume.example", "ended_at": None}
    guard.run(guard.world.insert("roster_domain", **row))
    keyed = {"with_passkey": True, "with_totp": False}
    return {
        "manager": guard.member("Philippe Garnier", role="account-manager", **keyed),
        "helene": guard.member("Helene Marchand", role="approver", **keyed),
        "thomas": guard.member("Thomas Leroux", role="approver", **keyed),
        "karim": guard.member("Karim Haddad"),
    }


@pytest.fixture
def console_alone(stack: Stack) -> Iterator[None]:
    """No other application is open: there is nothing to choose."""
    stack.guard.amend("application", CASES, open=False)
    yield
    stack.guard.amend("application", CASES, open=True)


def fill(tour: Tour, first: str, address: str) -> None:
    page, today = tour.page, datetime.now(UTC)
    page.locator("#id_first_name").fill(first)
    page.locator("#id_last_name").fill("Petit")
    page.locator("#id_email").fill(address)
    page.locator("#id_job").fill("Conseillère")
    page.locator("input[name=roles][value=adviser]").check()
    page.locator("input[name=applications][value=console]").check()
    page.locator("#id_from_on").fill(f"{today:%d/%m/%Y}")
    page.locator("#id_until_on").fill(f"{today + timedelta(days=180):%d/%m/%Y}")


@meets("requests", "request-new", "request", "queue", "approval", "arrivals", "factor", "proof", "handed")
def test_colleague_is_requested_approved_and_given_a_code_by_three_people(
    stack: Stack, people: dict[str, Member], tour: Tour, width: int
) -> None:
    page = tour.page
    sign_in(stack, page, people["manager"], "/accueil/")
    tour.meet("requests", "empty")
    tour.press("link", "Demander un accès", "Request access")
    tour.meet("request-new")
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.locator("#erreurs")).to_be_visible()
    expect(page.locator("input[name=applications]:checked")).to_have_count(0)
    fill(tour, f"Nora{width}", "not an address")
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.locator("#id_first_name")).to_have_value(f"Nora{width}")
    tour.meet("request-new", "refused")
    page.locator("#id_email").fill(f"nora{width}@valbrume.example")
    tour.press("button", "Transmettre la demande", "Send the request")
    tour.meet("request", "waiting")
    request = page.url
    page.goto(f"{stack.url}/demandes/")
    tour.meet("requests")

    sign_in(stack, page, people["helene"], "/accueil/")
    tour.meet("queue")
    page.get_by_role("link", name=f"Nora{width} Petit").click()
    tour.meet("request", "to-decide")
    tour.press("button", "Décider sur la page du gardien", "Decide on the guard")
    page.wait_for_url(f"{stack.guard.url}/approvals/decide")
    tour.meet("approval")
    page.locator("#reason").fill("court")
    page.evaluate("document.querySelector('#reason').removeAttribute('minlength')")
    tour.press("button", "Refuser la demande", "Refuse the request")
    tour.meet("approval", "refused")
    tour.press("button", "Approuver avec ma clé", "Approve with my passkey")
    page.wait_for_url(request)
    expect(page.get_by_text(re.compile("Accord de|Agreed by"))).to_be_visible()
    tour.meet("request", "approved")
    page.goto(f"{stack.url}/approbations/")
    tour.meet("queue", "empty")

    sign_in(stack, page, people["karim"], "/arrivees/")
    tour.meet("arrivals")
    card = page.locator("section, div").filter(has=page.get_by_role("heading", name=f"Nora{width} Petit")).last
    card.get_by_role("button", name=re.compile("Remettre un code|Hand over a code")).click()
    tour.meet("factor", "before-a-code")
    prove(stack, page, people["karim"])
    page.wait_for_url(f"{stack.guard.url}/proofs/hand-over")
    tour.meet("proof")
    page.locator("#proof").select_option("identity-card")
    tour.press("button", "Afficher le code", "Show the code")
    expect(page.locator(".code")).to_have_text(re.compile(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}"))
    tour.meet("handed")
    tour.press("link", "Revenir à l.application", "to the application")
    page.wait_for_url(f"{stack.url}/arrivees/")
    expect(page.get_by_text(re.compile("Un code a été remis|A code was handed over")).first).to_be_visible()


@meets("approval")
def test_approver_reads_whose_account_a_request_names_and_what_stands_against_it(
    stack: Stack, people: dict[str, Member], tour: Tour, width: int
) -> None:
    page, guard, tongue = tour.page, stack.guard, "fr" if tour.french else "en"
    other = guard.run(guard.world.organisation(f"Mission Locale de Rochebrune {width} {tongue}"))
    far = guard.member(f"Zoe Lointaine{width}{tongue}", organisation=other, role="receptionist")
    sign_in(stack, page, people["manager"], "/accueil/")
    tour.press("link", "Demander un accès", "Request access")
    fill(tour, "Nora", far.persona.email)
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.get_by_text("Nora Petit").first).to_be_visible()
    expect(page.get_by_text("Zoe Lointaine")).to_have_count(0)
    request = page.url
    sign_in(stack, page, people["helene"], "/accueil/")
    page.goto(request)
    tour.press("button", "Décider sur la page du gardien", "Decide on the guard")
    page.wait_for_url(f"{stack.guard.url}/approvals/decide")
    expect(page.get_by_text("Zoe Lointaine")).to_be_visible()
    tour.meet("approval", "known")
    guard.amend("account", far.account, status="suspended")
    page.reload()
    expect(page.get_by_role("button", name=re.compile("Approuver avec ma clé|Approve with my"))).to_have_count(0)
    tour.meet("approval", "against")


TABLE = "prenom;nom;adresse;fonction;site;roles;applications;debut;fin"


@meets("request-batch", "request-batch-sent", "requests")
def test_manager_requests_several_at_once_sees_the_wrong_lines_first_and_takes_all_back(
    stack: Stack, people: dict[str, Member], tour: Tour, width: int
) -> None:
    page, today = tour.page, datetime.now(UTC)
    sign_in(stack, page, people["manager"], "/demandes/lot/")
    tour.meet("request-batch")
    days = f"{today:%d/%m/%Y};{today + timedelta(days=90):%d/%m/%Y}"
    good = f"Ana{width};Roux;ana{width}@valbrume.example;Conseillère;;adviser;console + Cases;{days}"
    page.locator("#id_lines").fill(f"{TABLE}\n{good}\nBob;Noir;bob;Accueil;;rien;;{days}")
    tour.press("button", "Vérifier", "Check")
    expect(page.get_by_text(re.compile("Ligne 3|Line 3"))).to_be_visible()
    tour.meet("request-batch", "wrong")
    page.locator("#id_lines").fill(
        f"{TABLE}\n{good}\nBob{width};Noir;bob{width}@valbrume.example;Accueil;;receptionist;console;{days}"
    )
    tour.press("button", "Vérifier", "Check")
    tour.meet("request-batch", "checked")
    tour.press("button", "Transmettre ces demandes", "Send these requests")
    tour.meet("request-batch-sent")
    tour.press("button", "Tout retirer", "Withdraw them all")
    expect(page.get_by_text(re.compile("2 demandes retirées|2 requests withdrawn"))).to_be_visible()
    tour.meet("requests", "withdrawn")


@meets("arrivals", "lost-factor", "request-identity", "approval-identity", "factor", "handed", "code")
def test_identities_are_checked_and_a_lost_factor_is_replaced_by_three_people(
    stack: Stack, people: dict[str, Member], tour: Tour, width: int
) -> None:
    guard, page = stack.guard, tour.page
    letters = "".join(chr(97 + int(digit)) for digit in str(width))
    stranger, nora = guard.member(f"Samira Belkacem{letters}"), guard.member(f"Yasmine Lemoine{letters}")
    known = stranger.persona
    guard.know(msgspec.structs.replace(known, sub=f"{known.sub}-other"))
    browser = guard.browser()
    stranger.persona = guard.people[known.login]
    browser.identify(stranger)
    sign_in(stack, page, people["manager"], "/arrivees/")
    expect(page.get_by_role("heading", name=f"Samira {known.usual_name}")).to_be_visible()
    tour.meet("arrivals", "quarantined")
    card = page.locator("section section, .card").filter(has_text=known.usual_name).last
    card.get_by_role("button", name=re.compile("nouvelle preuve|new proof")).click()
    tour.meet("request-identity", "quarantined")
    page.goto(f"{stack.url}/arrivees/")
    tour.press("link", "a perdu son second facteur", "lost their second factor")
    tour.press("button", "Demander une nouvelle preuve", "Request a new proof")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("lost-factor", "refused")
    page.locator("#id_account").select_option(label=f"Yasmine {nora.persona.usual_name}")
    tour.press("button", "Demander une nouvelle preuve", "Request a new proof")
    tour.meet("request-identity", "waiting")
    request = page.url

    sign_in(stack, page, people["helene"], urlsplit(request).path)
    tour.press("button", "Décider sur la page du gardien", "Decide on the guard")
    page.wait_for_url(f"{guard.url}/approvals/decide")
    tour.meet("approval-identity")
    tour.press("button", "Approuver avec ma clé", "Approve with my passkey")
    page.wait_for_url(request)

    sign_in(stack, page, people["karim"], "/arrivees/")
    card = page.locator("section, div").filter(
        has=page.get_by_role("heading", name=f"Yasmine {nora.persona.usual_name}")
    )
    card.last.get_by_role("button", name=re.compile("Remettre un code|Hand over a code")).click()
    tour.meet("factor", "before-an-identity-code")
    prove(stack, page, people["karim"])
    page.locator("#proof").select_option("identity-card")
    tour.press("button", "Afficher le code", "Show the code")
    tour.meet("handed", "identity")
    thief = guard.browser()
    thief.identify(nora)
    asked = thief.page("/sign-in/enrol")
    for _ in range(5):
        thief.send("/sign-in/enrol", asked, kind="code", code="0000-0000-0000-0000")
    page.goto(f"{stack.url}/arrivees/")
    expect(page.get_by_text(re.compile("Cinq codes faux|Five wrong codes")).first).to_be_visible()
    tour.meet("arrivals", "code-closed")
    sign_in(stack, page, people["thomas"], urlsplit(request).path)
    tour.meet("request-identity", "code-closed")
    page.context.clear_cookies()
    page.goto(f"{stack.url}/connexion/?suite=/")
    page.get_by_role("link", name=f"Yasmine {nora.persona.usual_name}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{guard.url}/sign-in/enrol")
    tour.meet("code", "identity-to-prove")


@meets("admissions", "admission", "admission-dismiss", "request")
def test_manager_completes_whom_the_directory_announces_and_leaves_another_without_an_answer(
    stack: Stack, people: dict[str, Member], tour: Tour, width: int, console_alone: None
) -> None:
    page, guard = tour.page, stack.guard
    guard.execute("UPDATE guard.admission SET status = 'dismissed' WHERE status = 'awaiting-manager'")
    sign_in(stack, page, people["manager"], "/demandes/")
    tour.press("link", "Venues de l.annuaire", "From the directory")
    tour.meet("admissions", "empty")
    tongue = "fr" if tour.french else "en"
    name = f"ines{width}{tongue}"
    announce(guard, f"{name}@valbrume.example", "Inès", f"Delaunay{width}", "Conseillère en insertion")
    announce(
        guard, f"marie-dominique.de-la-rochefoucauld.{name}@mission-locale-de-valbrume.example", "Marie-Dominique",
        "de La Rochefoucauld-Montbel", "Chargée de l'accueil",
    )  # fmt: skip
    announce(guard, f"sans.nom.{name}@valbrume.example")
    page.goto(f"{stack.url}/demandes/annuaire/")
    tour.meet("admissions")
    tour.press("link", f"Compléter : Inès Delaunay{width}", f"Complete : Inès Delaunay{width}")
    expect(page.locator("#id_first_name")).to_have_value("Inès")
    expect(page.locator("input[name=applications]")).to_be_checked()
    tour.meet("admission")
    page.locator("#id_site").fill("Antenne de Beaumont")
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.locator("#erreurs")).to_be_visible()
    expect(page.locator("#id_site")).to_have_value("Antenne de Beaumont")
    tour.meet("admission", "refused")
    page.locator("input[name=roles][value=adviser]").check()
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.get_by_text(re.compile("Venue de l.annuaire|From the directory"))).to_be_visible()
    tour.meet("request", "from-the-directory")

    page.goto(f"{stack.url}/demandes/annuaire/")
    tour.press("link", "Sans suite : Marie-Dominique", "Dismiss : Marie-Dominique")
    tour.press("button", "Ne pas donner suite", "Ask for nothing")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("admission-dismiss")
    page.locator("input[name=reason][value=no-need]").check()
    tour.press("button", "Ne pas donner suite", "Ask for nothing")
    expect(page.get_by_text(re.compile("C.est noté|Noted"))).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    tour.meet("admissions", "answered")
