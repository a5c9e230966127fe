"""The inventory in a browser: a manager, an empty filter, an account with its line, in both languages and widths."""

import base64
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect

from beffroi.guard.exposure import trend
from tests.browser.at_guard import authenticator
from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


def hold_passkey(page: Page, member: Member) -> None:
    """Put the member's passkey into the browser's authenticator."""
    assert member.passkey is not None
    session, made = authenticator(page)
    key = member.passkey.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": base64.b64encode(member.passkey.credential_id).decode(),
        "isResidentCredential": False,
        "rpId": "localhost",
        "privateKey": base64.b64encode(key).decode(),
        "signCount": int(time.time()),  # more than any browser of this module said before
    }
    session.send("WebAuthn.addCredential", {"authenticatorId": made, "credential": credential})


def arrive(stack: Stack, page: Page, member: Member, path: str) -> None:
    """Sign in with the passkey and come to a page."""
    hold_passkey(page, member)
    page.goto(stack.url + path)
    page.get_by_role("link", name=f"{member.persona.given_name} {member.persona.usual_name}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.guard.url}/sign-in/factor*")
    page.locator("form[data-passkey] button").first.click()
    page.wait_for_url(f"{stack.url}/**")


@pytest.fixture(scope="module")
def manager(stack: Stack, camille: Member) -> Member:
    """A manager who brought a long line into being, some of it still in his pool; three days of trend."""
    guard, world = stack.guard, stack.guard.world
    member = guard.member("Philippe Garnier", role="account-manager", with_totp=False, with_passkey=True)
    approvers = [guard.member(name, role="approver") for name in ("Helene Marchand", "Thomas Leroux")]
    deputy = guard.member(
        "Odile Saint-Maur de la Rochefoucauld", role="account-manager",
        requested_by=member.account, approved_by=approvers[0].account,
    )  # fmt: skip
    for number in range(30):
        maker = member if number % 3 else deputy
        guard.member(
            f"Agent Numero{number}", role="receptionist" if number % 4 == 0 else "adviser",
            requested_by=maker.account, approved_by=approvers[number % 2].account,
            pools=[maker.account] if number < 4 else [],
        )  # fmt: skip
    now = guard.run(world.now())
    guard.amend("account", camille.account, attested_until=now + timedelta(days=12))
    for days in (9, 5, 1):
        guard.run(trend.record(world.conn, world.keys, world.policy, now - timedelta(days=days)))
    return member


@meets("accounts", "one-account", "end-application")
def test_manager_reads_the_inventory_without_meeting_a_barrier(
    stack: Stack, manager: Member, camille: Member, tour: Tour
) -> None:
    page = tour.page
    arrive(stack, page, manager, "/comptes/")
    expect(page.get_by_text("35 comptes" if tour.french else "35 accounts")).to_be_visible()
    tour.meet("accounts")
    page.get_by_text("Filtrer et trier" if tour.french else "Filter and sort").click()
    page.locator("#id_role").select_option("reader")
    page.locator("#id_tri").select_option("attestation")
    tour.press("button", "Appliquer", "Apply")
    expect(page.locator("table[role=table] tbody tr").first).to_contain_text("Camille Moreau")
    page.goto(f"{stack.url}/comptes/?statut=closed")
    tour.meet("accounts", "none")
    page.goto(f"{stack.url}/comptes/?minimum=beaucoup&statut=x")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("accounts", "refused")
    page.goto(f"{stack.url}/comptes/{camille.account}/")
    tour.meet("one-account", "adviser")
    tour.press("link", "Retirer", "Take away")
    tour.meet("end-application")
    tour.press("link", "Renoncer", "Cancel")
    expect(page).to_have_url(f"{stack.url}/comptes/{camille.account}/")
    page.goto(f"{stack.url}/comptes/?role=manager")
    tour.press("link", "Philippe Garnier", "Philippe Garnier")
    expect(
        page.get_by_role("heading", name="Ligne de création" if tour.french else "Line of creation")
    ).to_be_visible()
    expect(page.locator(".tree ul ul")).to_have_count(1)
    tour.meet("one-account", "manager")
    with page.expect_download() as kept:
        page.goto(f"{stack.url}/comptes/")
        tour.press("link", "CSV", "CSV")
    text = kept.value.path().read_text()
    assert text.count("\n") == 36
    assert "Moreau" not in text
    assert "Garnier" not in text
