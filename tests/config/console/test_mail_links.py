"""The links of mails lead to pages of the console."""

import pytest
from django.urls import resolve

from beffroi.guard.notifying.templates import TEXTS, Template

ID = "0198c0de-0000-4000-8000-000000000001"


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("template", Template)
def test_link_of_a_mail_is_a_page_of_the_console(template: Template) -> None:
    text = TEXTS[template]
    for path in (text.path.format_map(dict.fromkeys(text.refs, ID)), text.page):
        assert resolve(path)
