"""An identity provider stopped, asked for, accepted and withdrawn: in a real browser, in both languages."""

import re
from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.sync_api import expect

from tests.browser.keys import sign_in
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["stack"]
pytestmark = pytest.mark.browser
NAME = "Annuaire mutualisé des missions locales et des structures d'insertion de Valbrume"


@pytest.fixture(scope="module")
def people(stack: Stack) -> dict[str, Member]:
    """A manager, two approvers, a security officer of the network."""
    guard = stack.guard
    guard.amend("organisation", guard.organisation, name="Mission Locale de Valbrume")
    network = guard.run(guard.world.organisation("Réseau des missions locales", kind="network"))
    keyed = {"with_passkey": True, "with_totp": False}
    return {
        "manager": guard.member("Philippe Garnier", role="account-manager", **keyed),
        "helene": guard.member("Helene Marchand", role="approver", **keyed),
        "thomas": guard.member("Thomas Leroux", role="approver", **keyed),
        "claire": guard.member("Claire Fontaine", role="security-officer", organisation=network, **keyed),
    }


@meets("arrivals", "providers", "provider-new", "request-provider", "approval-provider", "provider-out")
def test_provider_never_seen_is_asked_for_accepted_by_a_second_person_and_withdrawn_by_one(
    stack: Stack, people: dict[str, Member], tour: Tour, width: int
) -> None:
    guard, page = stack.guard, tour.page
    letters = "".join(chr(97 + int(digit)) for digit in str(width)) + ("fr" if tour.french else "en")
    provider = f"71144ab3-ee1a-4401-b7b3-79b44f7daeeb-{letters}"
    stopped = guard.member(f"Yasmine Lemoine{letters}", bound=False, with_totp=False, status="invited")
    stopped.persona = msgspec.structs.replace(stopped.persona, idp_id=provider)
    guard.know(stopped.persona)
    assert guard.browser().identify(stopped).status_code == 403

    sign_in(stack, page, people["manager"], "/arrivees/")
    expect(page.get_by_role("heading", name=f"Yasmine {stopped.persona.usual_name}")).to_be_visible()
    tour.meet("arrivals", "unseen-provider")
    card = page.locator("section section, .card").filter(has_text=stopped.persona.usual_name).last
    card.get_by_role("link", name=re.compile("Demander ce fournisseur|Request this identity provider")).click()
    tour.meet("provider-new")
    expect(page.locator("#id_provider")).to_have_value(provider)
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("provider-new", "refused")
    page.locator("#id_name").fill(NAME[:80])
    tour.press("button", "Transmettre la demande", "Send the request")
    tour.meet("request-provider", "waiting")
    request = page.url

    sign_in(stack, page, people["helene"], urlsplit(request).path)
    tour.press("button", "Décider sur la page du gardien", "Decide on the guard")
    page.wait_for_url(f"{guard.url}/approvals/decide")
    expect(page.get_by_text(provider)).to_be_visible()
    tour.meet("approval-provider")
    tour.press("button", "Approuver avec ma clé", "Approve with my passkey")
    page.wait_for_url(request)
    assert guard.browser().identify(stopped).headers["location"] == "/sign-in/enrol"

    sign_in(stack, page, people["claire"], f"/demandes/fournisseurs/?organisme={guard.organisation}")
    expect(page.get_by_text(provider)).to_be_visible()
    tour.meet("providers")
    card = page.locator("section section, .card").filter(has_text=provider).last
    card.get_by_role("link", name=re.compile("Retirer ce fournisseur|Withdraw this provider")).click()
    tour.meet("provider-out")
    tour.press("button", "Retirer ce fournisseur", "Withdraw this provider")
    expect(page.get_by_text(re.compile("plus accepté|no longer accepted"))).to_be_visible()
    tour.meet("providers", "withdrawn")
    assert guard.browser().identify(stopped).status_code == 403
    nothing = guard.run(guard.world.organisation(f"Nouveau partenaire {letters}", providers=()))
    page.goto(f"{stack.url}/demandes/fournisseurs/?organisme={nothing}")
    tour.meet("providers", "empty")
