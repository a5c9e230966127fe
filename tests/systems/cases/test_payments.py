"""What programmes pay: in the vault alone, every amount ever written kept, each counted once."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.systems.cases.payments.reading import Payment, payments_of, totals
from tests.config.console.stack import Page, Stack
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import at

__all__ = ["adviser"]
TODAY = at(0, 9).date()
GOOD = {"programme": "cej", "month": f"{TODAY:%Y-%m}", "euros": "552,46", "paid_on": "", "corrects": ""}


def whose(stack: Stack, adviser: Adviser, last_name: str) -> str:
    person = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=last_name
    )
    return f"/personnes/{person}/versements/"


def spaced(page: Page) -> str:
    return re.sub(r"\s", " ", page.text)


def test_adviser_notes_an_amount_and_reads_it_by_year(stack: Stack, adviser: Adviser) -> None:
    address = whose(stack, adviser, "Payee")
    assert address in adviser.visitor.get(address.replace("versements", "parcours")).links()
    page = adviser.visitor.post(address, GOOD | {"paid_on": TODAY.isoformat()})
    assert page.status == 200, page.text
    assert f"CEJ {TODAY.year} 552,46 €" in spaced(page)
    page = adviser.visitor.post(address, GOOD | {"euros": "1 000.5"}, page=page)
    assert "et 1 000,50 € à verser" in spaced(page)
    follow = adviser.visitor.get(address.replace("versements/", "?rubriques=followup"))
    assert "552,46" not in follow.text


def test_corrected_amount_stays_on_the_list_and_out_of_the_sum(stack: Stack, adviser: Adviser) -> None:
    address = whose(stack, adviser, "Erronee")
    adviser.visitor.post(address, GOOD | {"paid_on": TODAY.isoformat(), "euros": "5524,60"})
    form = adviser.visitor.get(f"{address}?corrige=0")
    assert 'value="5524,60"' in form.html
    fields = form.hidden("Enregistrer le montant")
    assert fields["corrects"] == "0"
    assert "Corriger : CEJ" in spaced(form)
    page = adviser.visitor.post(address, GOOD | fields | {"paid_on": TODAY.isoformat()}, page=form)
    assert f"CEJ {TODAY.year} 552,46 €" in spaced(page)
    assert "5 524,60 €" in spaced(page)
    assert "Corrigé" in page.text
    assert adviser.visitor.post(address, GOOD | {"corrects": "7"}, page=page).status == 404


@pytest.mark.parametrize("month", [f"{TODAY:%m/%Y}", f"{TODAY.month}/{TODAY.year}"])
def test_month_may_be_typed_as_it_is_said(stack: Stack, adviser: Adviser, month: str) -> None:
    page = adviser.visitor.post(whose(stack, adviser, "Moisdit"), GOOD | {"month": month})
    assert page.status == 200
    assert "et 552,46 € à verser" in spaced(page)


@pytest.mark.parametrize(
    "fields",
    [{"euros": "beaucoup"}, {"euros": "-5"}, {"euros": "1,234"}, {"euros": "10000,01"}, {"euros": "٥"},
     {"month": "2026-13"}, {"month": "13/2026"}, {"month": "/2026"},
     {"month": "novembre"}, {"month": "2099-01"}, {"month": "1999-01"}, {"programme": "rsa"},
     {"paid_on": "2099-01-01"}],
)  # fmt: skip
def test_amount_that_cannot_be_is_refused(stack: Stack, adviser: Adviser, fields: dict[str, str]) -> None:
    page = adviser.visitor.post(whose(stack, adviser, "Refusee"), GOOD | fields)
    assert page.status == 422


def test_receptionist_reads_no_amount(stack: Stack, adviser: Adviser) -> None:
    address = whose(stack, adviser, "Guichet")
    desk = stack.signed_in(stack.guard.member("Rui Comptoir", role="receptionist"))
    assert desk.get(address).status == 404
    assert desk.post(address, GOOD).status == 404


PAYMENTS = st.lists(
    st.builds(
        Payment,
        st.integers(0, 9),
        st.sampled_from(["cej", "pacea"]),
        st.sampled_from(["2025-12", "2026-01", "2026-02"]),
        st.integers(0, 60_000),
        st.none() | st.just(date(2026, 1, 5)),
        st.just("ana"),
        st.booleans(),
    ),
    max_size=6,
)


@given(PAYMENTS)
def test_sums_count_every_amount_that_was_not_put_right_once(payments: list[Payment]) -> None:
    right = [each for each in payments if not each.wrong]
    found = totals(payments)
    assert sum(total.paid for total in found) == sum(each.cents for each in right if each.paid_on)
    assert sum(total.waiting for total in found) == sum(each.cents for each in right if not each.paid_on)
    assert len({(total.year, total.programme) for total in found}) == len(found)


def test_payment_cannot_put_right_one_that_comes_after_it() -> None:
    first = {"programme": "cej", "month": "2026-01", "cents": 1, "corrects": 1}
    assert [each.wrong for each in payments_of({"payments": [first, {**first, "corrects": 1}]})] == [False, False]
