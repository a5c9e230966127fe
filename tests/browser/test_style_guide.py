"""The style guide in a real browser: no axe violation, no overflow, everything by keyboard."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Page

from beffroi.ui.standalone import SETTINGS
from tests.browser.pages import DESK, TELEPHONE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guide_url(serve: Callable[..., str]) -> Iterator[str]:
    """Address of the style guide, served with the theme's own settings."""
    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(**SETTINGS)
    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.handlers.wsgi import WSGIHandler

    with override_settings(**SETTINGS):
        yield serve(StaticFilesHandler(WSGIHandler())) + "/guide-de-style/"


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        ("fr-FR", 1280, "light"),
        ("fr-FR", 1280, "dark"),
        ("fr-FR", 390, "light"),
        ("fr-FR", 390, "dark"),
        ("en-GB", 1280, "dark"),
        ("en-GB", 360, "light"),
    ],
)
def test_reader_guide_breaks_no_rule_of_axe(
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    guide_url: str,
    width: int,
    scheme: str,
    language: str,
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language)
    page.goto(guide_url)
    screenshot(page, f"guide-{language[:2]}-{width}-{scheme}")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    axe(page)


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_reader_error_page_breaks_no_rule_of_axe(
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    guide_url: str,
    status: int,
    locale: str,
) -> None:
    page = new_page(locale=locale)
    answer = page.goto(f"{guide_url}erreur/{status}/")
    assert answer is not None
    assert answer.status == status
    assert page.locator("html").get_attribute("lang") == locale[:2]
    for width in (DESK, TELEPHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        screenshot(page, f"error-{status}-{locale[:2]}-{width}")
        axe(page)


def test_keyboard_user_first_stop_skips_to_the_content(page: Page, guide_url: str) -> None:
    page.goto(guide_url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_keyboard_user_opens_the_account_menu_and_changes_language(page: Page, guide_url: str) -> None:
    page.goto(guide_url)
    page.get_by_role("link", name="Beffroi").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.account > summary:focus-visible')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=en]")
    assert page.url == guide_url


def test_reader_without_scripts_reads_and_unfolds_everything(new_page: Callable[..., Page], guide_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(guide_url)
    page.get_by_text("Voir les chiffres").click()
    assert page.get_by_role("cell", name="120 (limite atteinte)").is_visible()


def test_reader_on_a_narrow_screen_sees_cards_with_labels(new_page: Callable[..., Page], guide_url: str) -> None:
    page = new_page(viewport={"width": 390, "height": 900})
    page.goto(guide_url)
    cell = page.locator(".table td").first
    assert cell.evaluate("each => getComputedStyle(each, '::before').content") == '"Naissance"'
    assert page.get_by_role("row").count() > 3


def test_reader_who_prefers_less_motion_sees_none(new_page: Callable[..., Page], guide_url: str) -> None:
    def duration(preference: str) -> str:
        page = new_page(reduced_motion=preference)
        page.goto(guide_url)
        return str(page.locator(".button").first.evaluate("each => getComputedStyle(each).transitionDuration"))

    assert duration("reduce") == "0s"
    assert duration("no-preference") != "0s"


def test_reader_printing_keeps_the_content_only(page: Page, guide_url: str) -> None:
    page.goto(guide_url)
    assert page.locator(".navigation").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".navigation").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
