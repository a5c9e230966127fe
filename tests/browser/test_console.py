"""An adviser's day in a real browser: keyboard alone, without scripts, signing out everywhere."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office import camille, sign_in, stack
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


def test_agent_signs_out_everywhere_from_another_browser(
    stack: Stack, camille: Member, new_page: Callable[..., Page]
) -> None:
    here, there = new_page(), new_page()
    sign_in(stack, here, camille)
    sign_in(stack, there, camille)
    here.goto(f"{stack.url}/mon-compte/")
    here.get_by_role("button", name="Se déconnecter partout").click()
    here.wait_for_url(lambda address: not address.startswith(stack.url))
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Votre session est terminée")
    here.goto(f"{stack.url}/portefeuille/")
    assert not here.url.startswith(f"{stack.url}/portefeuille/")


def test_adviser_works_by_keyboard_alone(stack: Stack, camille: Member, page: Page) -> None:
    def reach(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
            if name in " ".join(focused.split()):
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                return
        raise AssertionError(f"{name} is not reached")

    sign_in(stack, page, camille)
    reach("DELAUNAY")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/personnes/"))
    reach("Ouvrir la rubrique Coordonnées")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#contact$"))
    expect(page.get_by_text("06 39 98 12 34")).to_be_visible()
    page.keyboard.press("Control+Home")
    page.goto(f"{stack.url}/recherche/")
    reach("last_name")
    page.keyboard.type("Delaunay")
    page.keyboard.press("Tab")
    page.keyboard.type("Inès")
    page.keyboard.press("Tab")
    page.keyboard.type("14/03/2005")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Une personne correspond")).to_be_visible()
    page.goto(f"{stack.url}/mon-compte/")
    reach("Se déconnecter")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.startswith(f"{stack.url}/mon-compte"))


def test_adviser_without_scripts_reads_and_writes(
    stack: Stack, camille: Member, new_page: Callable[..., Page]
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(stack, page, camille)
    page.get_by_role("link", name="DELAUNAY").click()
    page.get_by_role("link", name="Ouvrir la rubrique Suivi").click()
    page.get_by_text("Ajouter une note").click()
    page.get_by_label("Nouvelle note").fill("Vu ce matin.")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Vu ce matin.")).to_be_visible()
    expect(page.get_by_text("– Camille Moreau").first).to_be_visible()
