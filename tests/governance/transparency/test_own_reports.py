"""What is reported is named before it is, and a message is checked in the surroundings of whoever checks it."""

from tests.config.console.conftest import stack
from tests.config.console.stack import Stack
from tests.governance.transparency.test_own_documents import of

__all__ = ["stack"]


def test_person_reads_who_consulted_before_the_report_and_nothing_is_run_of_it(stack: Stack) -> None:
    visitor, _ = of(stack, "Signalee")
    typed = {"entree": "1", "quand": "2026-11-20T10:00:00+00:00", "par": "North, Conseillère <b>"}
    page = visitor.post("/mon-espace/signaler/", typed)
    assert page.status == 200
    assert "North, Conseillère &lt;b&gt;." in page.html
    assert "<b>" not in page.html
    assert not stack.guard.journal("consultation-reported")


def test_message_is_checked_in_ones_own_space_and_by_a_visitor_without_the_navigation_of_either(stack: Stack) -> None:
    inside, _ = of(stack, "Verifiee")
    assert "/mon-espace/dossier/" in inside.get("/verifier/").links()
    page = stack.visitor().get("/verifier/")
    assert page.status == 200
    assert not {"/mon-espace/dossier/", "/connexion/"} & set(page.links())
