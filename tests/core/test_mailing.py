"""When things leave by mail: alone, gathered, never too many in a day, never lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.ids import AccountId
from beffroi.core.mailing import (
    DAY,
    GATHERED_EVERY,
    LONGEST_RETRY,
    MOST_A_DAY,
    MOST_ALONE,
    MOST_TOLD,
    Pace,
    Sent,
    Waiting,
    chosen,
    compose,
    given_up,
    retry,
)

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ARRIVALS = st.lists(
    st.tuples(st.integers(0, 3 * 24 * 60), st.sampled_from(Pace)), max_size=250
)  # minutes over three days


def urgent(count: int) -> list[Waiting]:
    return [Waiting(str(number), Pace.AT_ONCE) for number in range(count)]


def test_urgent_messages_leave_alone_and_one_more_than_twenty_gathers_the_rest() -> None:
    assert compose(urgent(MOST_ALONE), [], NOON).gathered == ()
    composed = compose(urgent(MOST_ALONE + 2), [], NOON)
    assert len(composed.alone) == MOST_ALONE
    assert composed.gathered == ("20", "21")


def test_hourly_message_leaves_at_once_and_the_next_waits_for_the_hour() -> None:
    one = [Waiting("a", Pace.HOURLY)]
    assert compose(one, [], NOON).gathered == ("a",)
    earlier = [Sent(NOON, True)]
    within = compose(one, earlier, NOON + GATHERED_EVERY - timedelta(seconds=1))
    assert (within.gathered, within.kept, within.later) == ((), ("a",), NOON + GATHERED_EVERY)
    assert compose(one, earlier, NOON + GATHERED_EVERY).gathered == ("a",)


def test_mail_of_one_message_does_not_delay_what_is_gathered() -> None:
    assert compose([Waiting("a", Pace.HOURLY)], [Sent(NOON, False)], NOON).gathered == ("a",)


@given(ARRIVALS, st.integers(1, 90))
def test_nobody_is_sent_more_than_the_bound_in_a_day_and_everything_is_told_within_the_hour(
    arrivals: list[tuple[int, Pace]], every: int
) -> None:
    """``every``: minutes between two rounds of the worker."""
    made = [(NOON + timedelta(minutes=minute), Waiting(str(n), pace)) for n, (minute, pace) in enumerate(arrivals)]
    told: dict[str, datetime] = {}
    sent: list[Sent] = []
    round_ = timedelta(minutes=every)
    for step in range(5 * 24 * 60 // every):
        now = NOON + step * round_
        due = [message for at, message in made if at <= now and message.id not in told]
        composed = compose(due, sent, now)
        for one in composed.alone:
            told[one] = now
            sent.append(Sent(now, False))
        if composed.gathered:
            told |= dict.fromkeys(composed.gathered, now)
            sent.append(Sent(now, True))
        assert set(composed.kept) == {message.id for message in due} - set(told)
        assert len([mail for mail in sent if now - DAY < mail.at]) <= MOST_A_DAY
    assert len(told) == len(made)
    for at, message in made:
        assert told[message.id] - at <= GATHERED_EVERY + round_


@given(st.integers(-3, 10_000))
def test_a_mail_is_tried_again_ever_later_and_never_later_than_some_hours(attempts: int) -> None:
    assert timedelta() < retry(attempts) <= retry(attempts + 1) <= LONGEST_RETRY


def test_a_mail_put_off_for_five_days_is_given_up() -> None:
    assert not given_up(NOON, NOON + timedelta(days=5, seconds=-1))
    assert given_up(NOON, NOON + timedelta(days=5))


def test_of_many_who_may_act_a_dozen_are_told_those_of_the_place_first() -> None:
    people = [AccountId(f"account-{number}") for number in range(300)]
    told = chosen(people, "request", near=people[-3:])
    assert len(told) == MOST_TOLD
    assert set(people[-3:]) == set(told[:3])
    assert set(told[3:]) != set(chosen(people, "another request", near=people[-3:])[3:])
    assert told == chosen(list(reversed(people)), "request", near=people[-3:])
