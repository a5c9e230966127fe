"""Where a partner stands, as laws: one state at each instant, access only while the contract runs and was opened."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.mail_domains import is_public, mail_domain
from beffroi.core.partner_audit import QUESTIONS, THEMES
from beffroi.core.partner_lists import CLAUSES, LISTS, List, cited, missing, reference
from beffroi.core.partners import (
    NEXT_AUDIT,
    SOON,
    STATES,
    WATCHED,
    Audit,
    Matter,
    Phase,
    Standing,
    State,
    Terms,
    dues,
    may_open,
    phase,
    state,
    undocumented,
)
from beffroi.core.siret import siret

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
INSTANTS = st.integers(-2_000, 2_000).map(lambda days: NOW + timedelta(days=days))
TERMS = st.builds(Terms, INSTANTS, INSTANTS, st.none() | INSTANTS, st.none() | INSTANTS)
AUDITS = st.builds(Audit, INSTANTS, INSTANTS, st.none() | INSTANTS, st.lists(INSTANTS, max_size=3).map(tuple))
STANDINGS = st.builds(
    Standing, TERMS, st.integers(0, 8), st.integers(0, 6), st.lists(AUDITS, max_size=3).map(tuple), st.booleans()
)


def test_every_situation_of_a_partner_has_one_state_and_every_state_its_matters() -> None:
    assert set(STATES) == set(product(Phase, (False, True), (False, True)))
    assert set(WATCHED) == set(State)
    assert frozenset().union(*WATCHED.values()) == frozenset(Matter)


@given(STANDINGS, INSTANTS)
def test_partner_is_open_only_while_its_contract_runs_was_opened_and_nobody_ended_it(
    standing: Standing, at: datetime
) -> None:
    terms = standing.terms
    runs = terms.from_at <= at < terms.until_at and terms.ended_at is None
    assert (state(standing, at) is State.OPEN) == (runs and terms.opened_at is not None)


@given(STANDINGS, INSTANTS, st.integers(0, 4_000))
def test_partner_whose_contract_is_over_never_opens_again_by_itself(
    standing: Standing, at: datetime, days: int
) -> None:
    if phase(standing.terms, at) is Phase.OVER:
        assert state(standing, at + timedelta(days=days)) in {State.OFFBOARDING, State.CLOSED}


@given(STANDINGS, INSTANTS)
def test_partner_that_may_be_opened_has_a_whole_list_and_a_running_contract(standing: Standing, at: datetime) -> None:
    allowed = may_open(standing, at)
    assert not allowed or state(standing, at) is State.ONBOARDING
    assert allowed == (may_open(standing._replace(offboarding_left=3), at))
    assert not may_open(standing._replace(onboarding_left=1), at)


@given(STANDINGS, INSTANTS)
def test_what_is_due_is_of_the_state_soon_enough_and_in_order(standing: Standing, at: datetime) -> None:
    found = dues(standing, at)
    assert {due.matter for due in found} <= WATCHED[state(standing, at)]
    assert all(due.at <= at + SOON for due in found)
    assert [due.at for due in found] == sorted(due.at for due in found)


@given(STANDINGS, INSTANTS, st.integers(0, 50))
def test_what_is_overdue_stays_overdue_until_something_is_done(standing: Standing, at: datetime, days: int) -> None:
    later = at + timedelta(days=days)
    if state(standing, at) is state(standing, later):
        before = {due for due in dues(standing, at) if due.overdue(at)}
        assert before <= {due for due in dues(standing, later) if due.overdue(later)}


def test_partner_audited_last_year_is_due_again_and_one_under_way_only_for_its_answers() -> None:
    terms = Terms(NOW - timedelta(days=900), NOW + timedelta(days=300), NOW - timedelta(days=900), None)
    closed = Audit(NOW - NEXT_AUDIT - timedelta(days=31), NOW, NOW - NEXT_AUDIT - timedelta(days=1))
    assert [due.matter for due in dues(Standing(terms, 0, 6, (closed,)), NOW)] == [Matter.AUDIT_NEXT]
    under_way = Audit(NOW - timedelta(days=40), NOW - timedelta(days=10), None)
    assert [due.matter for due in dues(Standing(terms, 0, 6, (closed, under_way)), NOW)] == [Matter.AUDIT_ANSWERS]


@pytest.mark.parametrize(("active", "expected"), [(True, State.OPEN), (False, State.OFFBOARDING)])
def test_organisation_imported_without_a_contract_stands_as_decisions_read_it(active: bool, expected: State) -> None:
    terms = undocumented(active=active, until_at=NOW + timedelta(days=100))
    standing = Standing(terms, 8, 6, (), documented=False)
    assert state(standing, NOW) is expected
    assert (Matter.CONTRACT_MISSING in {due.matter for due in dues(standing, NOW)}) is active


def test_contract_without_one_mandatory_clause_lacks_it_by_name() -> None:
    whole = [reference(code) for code in CLAUSES]
    assert missing(whole) == ()
    for code, clause in CLAUSES.items():
        lacking = [text for text in whole if text != reference(code)]
        assert missing(lacking) == ((code,) if clause.mandatory else ())


@pytest.mark.parametrize("text", ["", "audit", "audit/0", "audit/999", "audit/-1", "audit/²", "unheard-of/1"])
def test_clause_that_never_was_is_cited_by_nobody(text: str) -> None:
    assert cited(text) is None
    assert cited(reference("audit")) is CLAUSES["audit"]


def test_questions_and_lists_are_whole_in_both_languages() -> None:
    assert len(QUESTIONS) >= 20
    assert {question.theme for question in QUESTIONS.values()} == set(THEMES)
    labels = [each for question in QUESTIONS.values() for each in (question.text, question.evidence)]
    labels += [label for each in List for label in LISTS[each].values()]
    assert all(label.fr and label.en and label.fr != label.en for label in labels)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("732 829 320 00074", "73282932000074"),
        ("73282932000075", None),
        ("73282932100074", None),
        ("35600000000048", "35600000000048"),
        ("35600000049837", "35600000049837"),
        ("00000000000000", None),
        ("7328293200007", None),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", None),
    ],
)
def test_siret_with_its_two_check_digits_is_read_and_another_is_not(text: str, digits: str | None) -> None:
    assert siret(text) == digits


@given(st.text(max_size=40))
def test_siret_of_any_text_is_fourteen_digits_or_nothing(text: str) -> None:
    found = siret(text)
    assert found is None or (len(found) == 14 and found.isascii() and found.isdigit())


@pytest.mark.parametrize(
    ("text", "domain"),
    [("@North.Example ", "north.example"), ("a.b-c.fr", "a.b-c.fr"), ("localhost", None), ("-a.fr", None),
     ("a..fr", None), ("a@b.fr", None), ("é.fr", None), ("", None)],
)  # fmt: skip
def test_domain_is_read_as_addresses_end_or_not_at_all(text: str, domain: str | None) -> None:
    assert mail_domain(text) == domain


def test_domain_where_anybody_may_have_an_address_is_known_with_those_under_it() -> None:
    assert is_public("gmail.com")
    assert is_public("mail.laposte.net")
    assert not is_public("notgmail.com")
