"""What officers type in addresses and forms: a wrong value is said, and is no failure."""

import pytest

from tests.config.console.stack import Stack, Visitor
from tests.governance.leavers.staff import promote


@pytest.fixture(scope="module")
def officer(stack: Stack) -> Visitor:
    member = stack.guard.member("Claire Fontaine")
    visitor = stack.signed_in(member)
    promote(stack, member, "security-officer")
    return visitor


@pytest.mark.parametrize("page", ["1", "0", "x", "10000", "1000099999", "1" + "0" * 5_000])
def test_page_of_openings_that_there_is_not_is_the_first(officer: Visitor, page: str) -> None:
    assert officer.get(f"/urgences/?page={page}").status == 200


@pytest.mark.parametrize(("since", "until"), [("0001-01-01", "2026-11-01"), ("2026-11-01", "9999-12-31")])
def test_day_that_no_journal_reaches_is_said_beside_the_field(officer: Visitor, since: str, until: str) -> None:
    typed = {"compte": "8f14e45f-ceea-4672-a5f0-1b1d2f1c9d11", "du": since, "au": until, "jours": "3"}
    page = officer.post("/signalements/differes/", typed)
    assert page.status == 422
    assert since in page.html or until in page.html
