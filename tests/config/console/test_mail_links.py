"""The links of mails lead to pages of the console."""

import httpx
import pytest

from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.notifying.templates import TEXTS
from tests.config.console.stack import Stack

ID = "0198c0de-0000-4000-8000-000000000001"


def status(stack: Stack, path: str) -> int:
    return httpx.get(stack.url.rstrip("/") + path, trust_env=False, follow_redirects=False).status_code


def test_address_that_leads_nowhere_is_told_from_a_page(stack: Stack) -> None:
    assert status(stack, "/nulle-part/") == 404
    assert status(stack, f"/demandes/{ID}/nulle-part/") == 404


@pytest.mark.parametrize("template", Template)
def test_link_of_a_mail_is_a_page_of_the_console(stack: Stack, template: Template) -> None:
    text = TEXTS[template]
    for path in (text.path.format_map(dict.fromkeys(text.refs, ID)), text.page):
        assert status(stack, path) in (200, 302, 303)
