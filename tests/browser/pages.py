"""Tours that meet every page in both languages, on a desk and on a telephone."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sheets import CONSOLE, PAGES

DESK, TELEPHONE = 1280, 390
"""Widths in pixels; what is meant to be read at one must be at the other."""
LANGUAGES = (("fr-FR", DESK), ("en-GB", TELEPHONE))
"""A tour in each language, walked at that width; every page it meets is checked at both."""
_WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('*')]
    .filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.outerHTML.slice(0, 90))"""


@dataclass
class Tour:
    """A walk through pages in one language; each page met is read by axe at both widths."""

    page: Page
    locale: str
    axe: Callable[[Page], None]
    screenshot: Callable[[Page, str], Path]
    met: set[str] = field(default_factory=set)

    @property
    def french(self) -> bool:
        """Whether this tour is in French."""
        return self.locale == "fr-FR"

    def meet(self, name: str, state: str = "") -> None:
        """The page shown is that page, whole and without barrier; ``state`` names one of several it may be in."""
        sheet, page = PAGES[name], self.page
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(sheet.fr if self.french else sheet.en))
        expect(page.locator("html")).to_have_attribute("lang", self.locale[:2])
        if sheet.route is not None:
            pattern = re.sub(r"<[^>]+>", "[^/]+", sheet.route)
            assert re.fullmatch(f"/?{pattern}", urlsplit(page.url).path), page.url
        walked = page.viewport_size
        for width in (DESK, TELEPHONE):
            page.set_viewport_size({"width": width, "height": 900})
            shown = f"{name}{state and '-'}{state}-{self.locale[:2]}-{width}"
            wider = page.evaluate(_WIDER)
            assert not wider, f"{shown} overflows: {wider}"
            self.screenshot(page, f"{'console' if name in CONSOLE else 'guard'}-{shown}")
            self.axe(page)
        page.set_viewport_size(walked)
        self.met.add(name)

    def press(self, role: str, fr: str, en: str) -> None:
        """Press the first link or button of that name."""
        self.page.get_by_role(role, name=re.compile(fr if self.french else en)).first.click()  # type: ignore[arg-type]


def meets(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test that takes ``tour`` and meets exactly these pages, once in each language."""

    def declare(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def toured(**arguments: Any) -> None:
            test(**arguments)
            assert arguments["tour"].met == set(names)

        toured.meets = frozenset(names)  # type: ignore[attr-defined]
        return pytest.mark.parametrize(("locale", "width"), LANGUAGES)(toured)

    return declare
