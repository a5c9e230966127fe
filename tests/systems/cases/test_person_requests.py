"""The correspondent's register: who has the pages, and who meets none."""

from uuid import uuid4

import pytest

from tests.config.console.stack import Stack, Visitor
from tests.systems.cases.adviser import Adviser, adviser

__all__ = ["adviser"]


@pytest.fixture(scope="module")
def nora(stack: Stack) -> Visitor:
    return stack.signed_in(stack.guard.member("Nora Correspondante", role="data-protection-correspondent"))


def test_adviser_has_no_register_and_no_form_for_a_request(adviser: Adviser) -> None:
    page = adviser.visitor.get(f"/personnes/{adviser.own}/")
    assert f"/personnes/{adviser.own}/droits/" not in page.links()
    assert "/demandes-des-personnes/" not in page.links()
    for path in (
        "/demandes-des-personnes/", f"/demandes-des-personnes/{uuid4()}/", f"/personnes/{adviser.own}/droits/"
    ):  # fmt: skip
        assert adviser.visitor.get(path).status == 404, path
