"""Prescriptions: whatever is said in whatever order, places and waiting list keep their law."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from beffroi.core import prescribing
from beffroi.core.prescribing import LIVE, TABLE, TAKING, WHOSE, Line, Move, Objection, Roll, Side, State

SAID = (*((Side.TRAINING, move) for move in Move), *((Side.OFFICE, move) for move in Move))


class Session(RuleBasedStateMachine):
    """Two sides that say anything of anybody, and a number of places that changes."""

    def __init__(self) -> None:
        super().__init__()
        self.roll = Roll(2, ())
        self.sent = 0

    @rule()
    def send(self) -> None:
        self.sent += 1
        self.roll = Roll(self.roll.places, (*self.roll.lines, Line(str(self.sent), State.SENT)))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), said=st.sampled_from(SAID))
    def say(self, data: st.DataObject, said: tuple[Side, Move]) -> None:
        side, move = said
        who = data.draw(st.sampled_from([line.id for line in self.roll.lines]))
        before, line = self.roll, self.roll.find(who)
        later = prescribing.after(before, who, move, side)
        assert line is not None
        if isinstance(later, Objection):
            return
        assert WHOSE[move] is side
        moved = prescribing.changed(before, later)
        assert moved[who] in {TABLE[line.state, move], State.OFFERED}
        others = [each for each in moved if each != who]
        assert all(moved[each] is State.OFFERED for each in others)
        assert tuple(others) == before.waiting[: len(others)] or line.state is State.WAITING
        self.roll = later

    @rule(places=st.integers(1, 5))
    def resize(self, places: int) -> None:
        later = prescribing.resized(self.roll, places)
        if isinstance(later, Objection):
            assert places < self.roll.taken
        else:
            self.roll = later

    @invariant()
    def no_more_are_taken_than_there_are(self) -> None:
        assert self.roll.taken <= self.roll.places

    @invariant()
    def nobody_waits_while_a_place_is_free(self) -> None:
        assert not self.roll.waiting or self.roll.taken == self.roll.places

    @invariant()
    def nobody_is_lost(self) -> None:
        assert sorted(line.id for line in self.roll.lines) == sorted(str(each + 1) for each in range(self.sent))


Session.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestSession = Session.TestCase


def roll(places: int, *states: State) -> Roll:
    return Roll(places, tuple(Line(str(number), state) for number, state in enumerate(states)))


def test_waiting_list_moves_up_in_its_order_when_a_place_is_freed() -> None:
    full = roll(1, State.ACCEPTED, State.WAITING, State.WAITING)
    later = prescribing.after(full, "0", Move.WITHDRAW, Side.OFFICE)
    assert isinstance(later, Roll)
    assert prescribing.changed(full, later) == {"0": State.WITHDRAWN, "1": State.OFFERED}
    assert later.waiting == ("2",)


def test_whoever_begins_to_wait_stands_behind_those_who_do() -> None:
    full = roll(1, State.SENT, State.ACCEPTED, State.WAITING)
    later = prescribing.after(full, "0", Move.WAIT, Side.TRAINING)
    assert isinstance(later, Roll)
    assert later.waiting == ("2", "0")


@pytest.mark.parametrize(
    ("places", "state", "move", "side", "objection"),
    [
        (1, State.SENT, Move.ACCEPT, Side.TRAINING, Objection.FULL),
        (2, State.SENT, Move.WAIT, Side.TRAINING, Objection.PLACES_LEFT),
        (2, State.SENT, Move.ACCEPT, Side.OFFICE, Objection.NOT_NOW),
        (2, State.SENT, Move.WITHDRAW, Side.TRAINING, Objection.NOT_NOW),
        (2, State.REFUSED, Move.ACCEPT, Side.TRAINING, Objection.NOT_NOW),
        (2, State.SENT, Move.ENTER, Side.TRAINING, Objection.NOT_NOW),
    ],
)
def test_move_that_may_not_be_made_says_why(
    places: int, state: State, move: Move, side: Side, objection: Objection
) -> None:
    assert prescribing.after(roll(places, state, State.ACCEPTED), "0", move, side) is objection


def test_prescription_of_another_session_is_unknown() -> None:
    assert prescribing.after(roll(1, State.SENT), "9", Move.ACCEPT, Side.TRAINING) is Objection.UNKNOWN


def test_session_somebody_entered_is_cancelled_no_more() -> None:
    assert prescribing.cancelled(roll(3, State.ENTERED, State.SENT)) is Objection.BEGUN
    later = prescribing.cancelled(roll(3, State.ACCEPTED, State.SENT, State.WAITING, State.REFUSED))
    assert isinstance(later, Roll)
    assert [line.state for line in later.lines] == [*[State.CANCELLED] * 3, State.REFUSED]


def test_places_below_those_taken_are_refused_and_more_places_move_the_list_up() -> None:
    full = roll(2, State.ACCEPTED, State.ENTERED, State.WAITING)
    assert prescribing.resized(full, 1) is Objection.TOO_FEW
    wider = prescribing.resized(full, 3)
    assert isinstance(wider, Roll)
    assert wider.lines[2].state is State.OFFERED


def test_every_move_is_somebody_s_and_every_state_is_reached_or_first() -> None:
    assert {move for _, move in TABLE} == set(Move) == set(WHOSE)
    assert set(TABLE.values()) | {State.SENT} == set(State)
    assert LIVE.isdisjoint({State.REFUSED, State.WITHDRAWN, State.ENDED, State.LEFT, State.ABSENT, State.CANCELLED})


def test_answer_that_has_no_answer_waits_for_somebody() -> None:
    assert all(prescribing.moves(state, Side.TRAINING) for state in prescribing.TO_ANSWER)
    assert all(not prescribing.moves(state, Side.LIST) for state in TAKING)


@given(st.integers(-3, 3))
def test_nobody_enters_before_the_first_day_nor_ends_before_the_last(away: int) -> None:
    first, last = date(2027, 1, 4), date(2027, 6, 30)
    assert prescribing.timely(Move.ENTER, first, last, first + timedelta(days=away)) is (away >= 0)
    assert prescribing.timely(Move.END, first, last, last + timedelta(days=away)) is (away >= 0)
    assert prescribing.timely(Move.REFUSE, first, last, first + timedelta(days=away))
