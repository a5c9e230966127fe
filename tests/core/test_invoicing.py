"""Money in whole cents, states whose word moves them, numbers without a gap: the law of quotes and invoices."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import invoicing
from beffroi.core.invoicing import (
    BILLED,
    INVOICES,
    MOST_CENTS,
    MOST_HOURS,
    MOST_TRAINEES,
    QUOTES,
    RATE,
    InvoiceState,
    Move,
    Objection,
    QuoteState,
    Series,
    Side,
    Terms,
    Unit,
    Vat,
    amount,
    cents,
    invoice_after,
    left,
    number,
    quote_after,
    side,
    sound,
    vat_number,
)

TODAY = date(2026, 11, 28)
UNITS, PRICES = st.integers(1, MOST_TRAINEES * MOST_HOURS), st.integers(1, MOST_CENTS)


@given(UNITS, PRICES, st.sampled_from(Vat))
def test_amount_is_exact_before_tax_and_within_half_a_cent_of_the_tax(units: int, price: int, vat: Vat) -> None:
    found = amount(units, price, vat)
    assert found.net == units * price
    assert abs(found.tax - Fraction(found.net * RATE[vat], 100)) <= Fraction(1, 2)
    assert found.total == found.net + found.tax
    assert (found.tax == 0) if vat is Vat.EXEMPT else (found.tax >= found.net // 5)


@given(PRICES)
def test_half_a_cent_is_rounded_up(price: int) -> None:
    exact = Fraction(price * 20, 100)
    assert amount(1, price, Vat.STANDARD).tax == int(exact + Fraction(1, 2))


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=8), PRICES, st.sampled_from(Vat))
def test_invoices_of_parts_come_to_their_quote_but_for_half_a_cent_each(
    parts: list[int], price: int, vat: Vat
) -> None:
    whole, invoices = amount(sum(parts), price, vat), [amount(part, price, vat) for part in parts]
    assert sum(each.net for each in invoices) == whole.net
    assert abs(sum(each.tax for each in invoices) - whole.tax) <= Fraction(len(parts) + 1, 2)


@given(PRICES, st.sampled_from(["{e},{c:02d}", "{e}.{c:02d}", " {e},{c:02d} €", "{e:,},{c:02d}"]))
def test_price_is_read_as_people_write_it(price: int, written: str) -> None:
    text = written.format(e=price // 100, c=price % 100) if ":," not in written else (
        f"{price // 100:,}".replace(",", " ") + f",{price % 100:02d}"
    )  # fmt: skip
    assert cents(text) == price


@pytest.mark.parametrize(
    "text",
    ["", "-1", "-0,01", "0", "0,00", "1,234", "1e3", "10000,01", "99999999999", "٣", "1,", ",5", "NaN", "1 €€"],
)
def test_what_is_no_price_of_a_unit_is_refused(text: str) -> None:
    assert cents(text) is None


@given(st.text(max_size=12))
def test_any_text_is_a_price_within_bounds_or_none(text: str) -> None:
    found = cents(text)
    assert found is None or 1 <= found <= MOST_CENTS


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True), ({"trainees": 0}, False), ({"trainees": -3}, False), ({"hours": 0}, False), ({"cents": 0}, False),
        ({"cents": -1}, False), ({"hours": MOST_HOURS + 1}, False), ({"trainees": MOST_TRAINEES + 1}, False),
        ({"trainees": 500, "hours": 2000, "cents": 1000}, False),
    ],
)  # fmt: skip
def test_quote_counts_at_least_one_of_everything_and_stays_under_the_ceiling(
    change: dict[str, Any], good: bool
) -> None:
    assert sound(Terms(12, 400, Unit.HOUR, 1250, Vat.EXEMPT, TODAY)._replace(**change)) is good


@given(st.sampled_from(Side), st.sampled_from(QuoteState), st.sampled_from(Move), st.integers(-3, 3))
def test_quote_moves_by_the_table_alone_and_not_after_its_last_day(
    of: Side, state: QuoteState, move: Move, days: int
) -> None:
    after = quote_after(of, state, move, valid_until=TODAY + timedelta(days=days), today=TODAY)
    if (of, state, move) not in QUOTES:
        assert after is Objection.NOT_NOW
    elif days < 0 and move is not Move.REFUSE:
        assert after is Objection.EXPIRED
    else:
        assert after is QUOTES[of, state, move]


@given(st.sampled_from(Side), st.sampled_from(InvoiceState), st.sampled_from(Move))
def test_invoice_moves_by_the_table_alone_and_never_back(of: Side, state: InvoiceState, move: Move) -> None:
    after = invoice_after(of, state, move)
    assert after is INVOICES.get((of, state, move), Objection.NOT_NOW)
    assert after is not InvoiceState.DRAFT
    if state in (InvoiceState.PAID, InvoiceState.CANCELLED):
        assert after is Objection.NOT_NOW


def test_only_the_buyer_accepts_and_agrees_and_only_the_seller_sends_issues_and_credits() -> None:
    said = {(of, move) for of, _, move in [*QUOTES, *INVOICES]}
    assert {move for of, move in said if of is Side.BUYER} == {Move.ACCEPT, Move.REFUSE, Move.AGREE}
    assert not {move for of, move in said if of is Side.SELLER} & {Move.ACCEPT, Move.REFUSE, Move.AGREE}


@given(st.integers(0, 10_000), st.integers(0, 20_000))
def test_what_is_left_of_a_quote_is_never_negative(quoted: int, billed: int) -> None:
    assert left(quoted, billed) == (quoted - billed if billed < quoted else 0)


def test_cancelled_invoice_counts_against_its_quote_no_more() -> None:
    assert frozenset(InvoiceState) - BILLED == {InvoiceState.DRAFT, InvoiceState.CANCELLED}


def test_number_names_series_year_and_rank() -> None:
    assert number(Series.INVOICE, 2026, 7) == "F-2026-0007"
    assert number(Series.CREDIT, 2026, 12345) == "A-2026-12345"
    assert len({number(series, 2026, 1) for series in Series}) == 3


def test_vat_number_is_the_siren_with_its_key() -> None:
    assert vat_number("73282932000074") == "FR44732829320"  # the example of the tax administration


@pytest.mark.parametrize(("kind", "stands"), [
    ("training-organisation", Side.SELLER), ("youth-office", Side.BUYER), ("employment-agency", Side.BUYER),
    ("network", None), ("novel", None),
])  # fmt: skip
def test_side_follows_from_the_kind_of_organisation(kind: str, stands: Side | None) -> None:
    assert side(kind) is stands
    assert invoicing.due_on(TODAY) == date(2026, 12, 28)
