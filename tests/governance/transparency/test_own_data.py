"""The file of one's own data: a form of one's own space gives it, and nothing else does."""

from tests.config.console.conftest import stack
from tests.config.console.stack import Stack, Visitor

__all__ = ["stack"]
ADDRESS = "/mon-espace/dossier/donnees/"


def gets_nothing(stack: Stack, visitor: Visitor) -> None:
    page = visitor.post(ADDRESS, {})
    assert page.url == "/mon-espace/"
    assert "content-disposition" not in page.response.headers
    assert not stack.guard.journal("own-file-read")


def test_visitor_without_a_handle_is_sent_to_the_way_in(stack: Stack) -> None:
    gets_nothing(stack, stack.visitor())


def test_agent_has_no_own_file_to_take(stack: Stack) -> None:
    gets_nothing(stack, stack.signed_in(stack.guard.member("Ana Adviser")))


def test_link_and_foreign_form_give_nothing(stack: Stack) -> None:
    visitor = stack.visitor()
    assert visitor.get(ADDRESS).status == 405
    assert visitor.http.post(f"{stack.url}{ADDRESS}").status_code == 403
