"""What is remembered of a session says what its facts say, for as long as it is used, and never longer."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from beffroi.core import budgets
from beffroi.core.budgets import EMPTY, Caps
from beffroi.core.decision import Entitlement, Refusal, Standing, entitle, stand
from beffroi.core.facts import AccountFacts, Facts, Reach, Request
from beffroi.core.policy import Action
from beffroi.guard.decisions import memory as memories
from beffroi.guard.decisions.asks import Agent
from beffroi.guard.decisions.books import Books
from beffroi.guard.decisions.memory import Memory, Remembered, entitlement_of
from tests.core.worlds import NOW, POLICY, adviser, clock_at, opening
from tests.differential.test_entitlement import RELATIONS, cases

LIVES = st.sampled_from([0, 1, 60, 1_799, 1_800, 14_399, 14_400, 35_999, 36_000, 7 * 86_400, 400 * 86_400])
REACHES = st.none() | st.builds(Reach, st.just(0), st.just(()), st.sampled_from([0, clock_at(NOW).day]))
MICROSECOND = timedelta(microseconds=1)


def later(facts: Facts, at: datetime, data: st.DataObject) -> Facts:
    """The same session at another instant, asking about people of whom other things are known."""
    return facts._replace(clock=clock_at(at), relations=data.draw(RELATIONS), reach=data.draw(REACHES))


def held_of(facts: Facts) -> Remembered:
    """The memory of a session whose facts are all known."""
    assert facts.session is not None
    assert facts.account is not None
    assert facts.habilitation is not None
    assert facts.organisation is not None
    return Remembered(b"", Agent(facts.session, facts.account, facts.habilitation, facts.organisation), {})


@settings(max_examples=200, deadline=None)
@given(cases(), st.lists(LIVES, min_size=1, max_size=4), st.data())
def test_i06_standing_kept_of_any_session_entitles_to_what_its_facts_entitle_to(
    case: tuple[Request, Facts], lives: list[int], data: st.DataObject
) -> None:
    request, facts = case
    standing = stand(request, facts, POLICY)
    if isinstance(standing, Refusal):
        assert entitle(request, facts, POLICY) == standing
        return
    assert facts.clock.at < standing.until
    for seconds in (*lives, 10**9):
        at = min(facts.clock.at + timedelta(seconds=seconds), standing.until - MICROSECOND)
        after = later(facts, at, data)
        assert entitle(request, after, POLICY, standing) == entitle(request, after, POLICY)


@settings(max_examples=200, deadline=None)
@given(cases(), st.lists(LIVES, min_size=1, max_size=5), st.data())
def test_i07_session_remembered_is_answered_at_any_instant_as_its_facts_are(
    case: tuple[Request, Facts], lives: list[int], data: st.DataObject
) -> None:
    request, facts = case
    if None in (facts.session, facts.account, facts.habilitation, facts.organisation):
        return
    held, at = held_of(facts), facts.clock.at
    for seconds in lives:
        at += timedelta(seconds=seconds)
        other = request._replace(action=data.draw(st.sampled_from([request.action, Action.OPEN, Action.FIND])))
        after = later(facts, at, data)
        assert entitlement_of(held, other, after, POLICY) == entitle(other, after, POLICY)


@given(st.integers(0, 10**10))
@example(0)
@example(1)
def test_i12_session_remembered_is_judged_anew_from_the_very_instant_its_standing_ends(microseconds: int) -> None:
    facts, request = adviser(), opening()
    held = held_of(facts)
    assert isinstance(entitlement_of(held, request, facts, POLICY), Entitlement)
    [standing] = held.standings.values()
    assert standing.until == NOW + POLICY.session.idle_life
    before = facts._replace(clock=clock_at(standing.until - MICROSECOND))
    assert isinstance(entitlement_of(held, request, before, POLICY), Entitlement)
    ended = facts._replace(clock=clock_at(standing.until + timedelta(microseconds=microseconds)))
    assert entitlement_of(held, request, ended, POLICY) == entitle(request, ended, POLICY)
    assert isinstance(entitlement_of(held, request, ended, POLICY), Refusal)


def test_i12_adviser_whose_attestation_ends_before_anything_else_stands_until_then() -> None:
    ends = NOW + timedelta(minutes=1)
    facts = adviser()
    account = facts.account
    assert isinstance(account, AccountFacts)
    facts = facts._replace(account=account._replace(attested_until=ends))
    standing = stand(opening(), facts, POLICY)
    assert isinstance(standing, Standing)
    assert standing.until == ends


def agent_of(facts: Facts) -> Memory:
    """A memory that holds one handle, one budget and the number 7."""
    memory = Memory()
    memory.number = memory._since = 7
    memory.agents[b"handle"] = held_of(facts)
    memory.charged(Books({"account/a/all": budgets.window(1, 1, 1, (1, *EMPTY.recent[1:]))}, {}, set(), {}))
    return memory


def test_i07_guard_that_forgets_keeps_nothing_and_stops_what_was_judged_on_it() -> None:
    memory = agent_of(adviser())
    before = memory.generation
    memory.judged({})
    memory.forget()
    assert (memory.number, memory.agents, memory.windows, memory.usable) == (None, {}, {}, False)
    assert memory.generation != before
    assert memory.reached_since(memory.mark()) == []
    assert not any(memory.follows(number) for number in (None, 0, 6, 7, 8))


def test_i07_guard_follows_no_number_but_its_own_and_the_one_being_written() -> None:
    memory = agent_of(adviser())
    assert [number for number in range(12) if memory.follows(number)] == [7, 8]
    assert not memory.follows(None)
    memory.turn(8)
    assert memory.agents
    memory.turn(9)
    assert memory.number is None


def test_i02_budget_charged_is_remembered_with_the_version_that_will_be_written() -> None:
    memory, caps = Memory(), Caps(1, 1, 1, 1)
    window = budgets.window(1, 1, 1, (1, *EMPTY.recent[1:]))
    memory.charged(Books({"one": window, "two": window}, {"one": 4}, set(), {"one": caps}))
    assert memory.windows == {"one": (window, 5), "two": (window, 0)}
    memory.know(
        Books({"one": EMPTY, "three": window}, {"one": 4, "three": 2}, {"four"}, {}), ["one", "three", "four"]
    )
    assert memory.windows == {"one": (window, 5), "two": (window, 0), "three": (window, 2)}


def test_i02_reach_of_more_batches_than_are_kept_is_not_known() -> None:
    memory = Memory()
    mark = memory.mark()
    for _ in range(memories._KEPT_BATCHES):
        memory.judged({})
    assert memory.reached_since(mark) == [{}] * memories._KEPT_BATCHES
    memory.judged({})
    assert memory.reached_since(mark) is None


def test_guard_that_others_keep_crossing_waits_longer_each_time_and_never_for_ever() -> None:
    memory = Memory()
    waits = []
    for _ in range(8):
        memory.number = 1
        memory.crossed()
        waits.append(memory._pause)
    assert waits == [1, 3, 7, 15, 31, 63, 64, 64]


def test_guard_whose_clock_went_back_goes_on_from_the_last_instant_it_wrote() -> None:
    memory = Memory()
    memory.wrote_at(NOW)
    memory.wrote_at(NOW - timedelta(days=1))
    assert memory.at == NOW
    assert Memory().at < datetime(1970, 1, 1, tzinfo=UTC)
