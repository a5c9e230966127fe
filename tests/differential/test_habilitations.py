"""Whole histories of accounts against the oracle: requests, approvals, enrolments, exams, confirmations, reviews,
sweeps, suspensions, containments, givings back, the passing of time, and restarts of the guard, in any order.

After every step the product's rows and its decisions are compared with what ``spec/habilitations.py`` makes of the
plain list of all that happened.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.approvals import Objection, State
from beffroi.core.reviewing import Verdict
from spec import habilitations as oracle
from spec.habilitations import Held
from tests.differential.histories import Given
from tests.differential.taking_away import Histories


class Pools(Histories):
    """Every account charges the pools that the oracle says (I-03)."""

    @invariant()
    def pools_are_the_oracles(self) -> None:
        if self.history:
            for account, row in self.run(self.network.accounts()).items():
                assert {str(pool) for pool in row["pools"]} == oracle.pools(self.history, account), "I-03"


class Reading(Histories):
    """Files are read under exactly those habilitations that the oracle says (I-05, I-12)."""

    @invariant()
    def files_are_read_exactly_where_the_oracle_says(self) -> None:
        if self.history:
            seats = list(dict.fromkeys(self.seats()))
            reading, at = self.run(self.network.readers(seats))
            assert reading == {one.habilitation for one in seats if oracle.may_read(self.history, one, at)}
            for seat in seats:
                if seat.habilitation in reading:
                    assert not oracle.holds_duties_apart(self.history, seat.account, at), "I-05"


class Handles(Histories):
    """No handle ever given opens a file that the oracle closes, through the guard's own worker and memory (I-07)."""

    @invariant()
    def no_handle_opens_what_the_oracle_closes(self) -> None:
        if self.history:
            at = self.run(self.network.world.now())
            held = {one.habilitation: one for one in self.seats()}
            for agent in self.network.handles:
                if not oracle.may_read(self.history, held[agent.habilitation], at):
                    assert not self.run(self.network.opens(agent)), "I-07"


def play(server: EmbeddedPostgres, machine: type[Histories], *, examples: int, steps: int) -> None:
    """Run one kind of history against the oracle."""
    Histories.server = server
    suppressed = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, report_multiple_bugs=False,
        suppress_health_check=suppressed,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


@pytest.fixture
def history(postgres: EmbeddedPostgres) -> Iterator[Histories]:
    """One history told step by step: a manager, his manager, his adviser, a request that waits for two approvals."""
    Histories.server = postgres
    machine = Histories()
    try:
        machine.lay()
        yield machine
    finally:
        machine.teardown()


def _reviewed(history: Histories, reviewer: Held, held: Held) -> Given:
    """That reviewer's word on that habilitation."""
    network = history.network
    history.run(network.open_campaign(held.organisation))
    sheet = "SELECT r.id, r.campaign FROM guard.review r WHERE r.habilitation = $1 AND r.verdict IS NULL"
    [asked] = history.run(network.rows(sheet, held.habilitation))
    return history.run(network.review(reviewer, str(asked["campaign"]), {str(asked["id"]): Verdict.KEEP}))


@pytest.mark.parametrize("two", [False, True], ids=["a-second-role", "the-first-of-two"])
def test_i04_approver_of_one_role_or_first_of_two_reviews_not_whom_he_agreed_to_and_an_outsider_does(
    history: Histories, *, two: bool
) -> None:
    approver, founder = history.seats("approver")[0], history.seats("founder")[0]
    manager, adviser = history.seats("manager")[0], history.seats("reader")[-1]
    if two:
        asked = history.requests[-1]
        history._approve(asked, approver)
        history._approve(asked, founder)
        history.hand_a_code_over_by_whoever_may_and_use_it(-1)
    else:
        [email] = [one for one, account in history.emails.items() if account == adviser.account]
        history._ask(manager, email, "adviser", history.places[1], 1)
        history._approve(history.requests[-1], approver)
    held = [one for one in history.history if isinstance(one, Held)][-1]
    assert held.kind == "reader"
    row = history.run(history.network.accounts())[held.account]
    assert str(row["approved_by"]) != approver.account, "the account's row does not tell"
    assert not oracle.outside(history.history, approver.account, held.account)
    assert oracle.outside(history.history, founder.account, held.account)
    assert (held.account in oracle.line(history.history, approver.account)) is two, "one role is cut with no line"
    able = list(dict.fromkeys(history.seats("approver", "founder")))
    history.review(4 * able.index(approver) + 1, history.places.index(held.organisation), 63, closely=False)
    assert _reviewed(history, approver, held).answer is Objection.WITHIN_LINE
    assert _reviewed(history, founder, held).answer is State.APPROVED


@pytest.mark.parametrize("before", [True, False], ids=["before-a-third-agrees", "afterwards"])
def test_i07_line_of_an_approver_who_was_replaced_is_cut_whenever_it_is_and_the_others_are_not(
    history: Histories, *, before: bool
) -> None:
    approver, (founder, other) = history.seats("approver")[0], history.seats("founder")[:2]
    adviser, asked = history.seats("reader")[-1], history.requests[-1]
    history._approve(asked, approver)

    def cut() -> None:
        done = history.run(history.network.contain_from_host("line", approver.account))
        history._cut(done, "line", approver.account)

    if before:
        cut()
    else:
        history._suspend(other, approver.account)
    history._approve(asked, founder)
    history._approve(asked, other)
    if not before:
        cut()
    account = oracle.accounts(history.history)[-1]
    assert account not in (approver.account, adviser.account), "two others let somebody in"
    recorded = "SELECT account FROM guard.line_member WHERE line = $1"
    members = {str(row["account"]) for row in history.run(history.network.rows(recorded, approver.account))}
    assert members == oracle.line(history.history, approver.account) == {approver.account, account}


def test_i03_short_histories_leave_every_account_in_the_oracles_pools(postgres: EmbeddedPostgres) -> None:
    play(postgres, Pools, examples=2, steps=12)


def test_i04_short_histories_are_approved_only_by_those_whom_the_oracle_names(postgres: EmbeddedPostgres) -> None:
    play(postgres, Histories, examples=2, steps=15)


def test_i05_short_histories_never_let_one_person_read_and_hold_a_duty_apart(postgres: EmbeddedPostgres) -> None:
    play(postgres, Reading, examples=2, steps=12)


def test_i07_short_histories_close_every_handle_of_whom_they_cut(postgres: EmbeddedPostgres) -> None:
    play(postgres, Handles, examples=2, steps=12)


def test_i12_short_histories_open_files_only_to_the_attested_and_reviewed(postgres: EmbeddedPostgres) -> None:
    play(postgres, Reading, examples=2, steps=12)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_i03_whole_histories_leave_every_account_in_the_oracles_pools(postgres: EmbeddedPostgres) -> None:
    play(postgres, Pools, examples=8, steps=40)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_i04_whole_histories_are_approved_only_by_those_whom_the_oracle_names(postgres: EmbeddedPostgres) -> None:
    play(postgres, Histories, examples=10, steps=40)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_i05_whole_histories_never_let_one_person_read_and_hold_a_duty_apart(postgres: EmbeddedPostgres) -> None:
    play(postgres, Reading, examples=5, steps=40)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_i07_whole_histories_close_every_handle_of_whom_they_cut(postgres: EmbeddedPostgres) -> None:
    play(postgres, Handles, examples=7, steps=40)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_i12_whole_histories_open_files_only_to_the_attested_and_reviewed(postgres: EmbeddedPostgres) -> None:
    play(postgres, Reading, examples=5, steps=40)
