"""Whole histories of accounts against the oracle: requests, approvals, enrolments, exams, confirmations, reviews,
sweeps, suspensions, containments, givings back, the passing of time, and restarts of the guard, in any order.

After every step the product's rows and its decisions are compared with what ``spec/habilitations.py`` makes of the
plain list of all that happened.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from beffroi.config.embedded_postgres import EmbeddedPostgres
from spec import habilitations as oracle
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
