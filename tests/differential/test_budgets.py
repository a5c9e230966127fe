"""Whole sequences of openings against the oracle: it counts people with sets, the product with windows and marks.

Allowed differences, and no other: the product may refuse where the oracle would not, because it counts an account
and a person where the promise counts people, and because it forgets, when a person is reopened under other budgets,
that the earlier ones had counted that person. Where neither can happen the two agree exactly.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.core import budgets
from beffroi.core.budgets import Caps, Window
from beffroi.core.decision import Refusal, decide, entitle, keys, remembered
from beffroi.core.facts import AccountFacts, ApplicationFacts, Clock, Facts, Reach, RelationFacts, Request
from beffroi.core.ids import AccountId, ApplicationId, OrganisationId, PersonId, PurposeCode
from beffroi.core.policy import Action, Relation
from spec.oracle import Counting, Release, unpayable
from tests.core.worlds import TIGHT, adviser, clock_at

BREAKERS = {ApplicationId("console"): Caps(4, 6, 9, 12), ApplicationId("partner"): Caps(2, 3, 5, 8)}
PEOPLE = [PersonId(f"p{number}") for number in range(6)]
ACCOUNTS = [AccountId(f"a{number}") for number in range(3)]
OFFICES = [OrganisationId(f"o{number}") for number in range(2)]
POOLS: dict[AccountId, tuple[AccountId, ...]] = {
    ACCOUNTS[0]: (AccountId("m2"),),
    ACCOUNTS[1]: (AccountId("m1"),),
    ACCOUNTS[2]: (AccountId("m1"), AccountId("m2")),
}
# The two nights on which Paris changes its clocks, a new year, and a plain week.
STARTS = st.sampled_from(
    [
        datetime(2026, 3, 28, 21, tzinfo=UTC),
        datetime(2026, 10, 24, 20, tzinfo=UTC),
        datetime(2026, 12, 30, 8, tzinfo=UTC),
    ]
)
PAUSES = st.sampled_from([0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 5, 24, 24, 25, 48, 6 * 24, 7 * 24, 29 * 24, 30 * 24, 31 * 24])


class Step(NamedTuple):
    """One request: after a pause in hours, who opens whom, where, through what, and how they are related."""

    pause: int
    account: AccountId
    person: PersonId
    office: OrganisationId
    application: ApplicationId
    relation: str
    action: Action
    probation: bool


RELATED = st.sampled_from(["own", "followed", "followed", "new", "none"])
STEPS = st.builds(
    Step,
    PAUSES,
    st.sampled_from([*ACCOUNTS, ACCOUNTS[2], ACCOUNTS[2]]),
    st.sampled_from(PEOPLE),
    st.sampled_from([*OFFICES, OFFICES[0], OFFICES[0]]),
    st.sampled_from(sorted(BREAKERS)),
    RELATED,
    st.sampled_from([Action.OPEN, Action.OPEN, Action.OPEN, Action.FIND, Action.RELATE]),
    st.booleans(),
)


class World:
    """What the guard keeps (windows, reaches), and beside it the plain list of all releases for the oracle."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self.windows: dict[str, Window] = {}
        self.reaches: dict[tuple[AccountId, PersonId], Reach] = {}
        self.history: list[Release] = []

    def facts(self, step: Step) -> Facts:
        relation = {
            "own": (RelationFacts(Relation.FOLLOWED, True, self.now - timedelta(days=60), None),),
            "followed": (RelationFacts(Relation.FOLLOWED, False, self.now - timedelta(days=60), None),),
            "new": (RelationFacts(Relation.FOLLOWED, True, self.now - timedelta(days=1), None),),
            "none": (),
        }[step.relation]
        facts = adviser(self.now, relation)
        assert facts.session is not None
        assert facts.account is not None
        assert facts.habilitation is not None
        assert facts.organisation is not None
        reach = self.reaches.get((step.account, step.person))
        if not relation and step.action is Action.OPEN:  # a search found the person today: break-glass is possible
            reach = (reach or Reach(0, (), 0))._replace(found_day=facts.clock.day)
        status = "probation" if step.probation else "confirmed"
        far = self.now + timedelta(days=90)
        return facts._replace(
            application=ApplicationFacts(step.application, True, BREAKERS[step.application]),
            session=facts.session._replace(account=step.account, application=step.application),
            account=AccountFacts(step.account, True, far, far, POOLS[step.account], (), ()),
            habilitation=facts.habilitation._replace(
                account=step.account, organisation=step.office, status=status, applications=(step.application,)
            ),
            organisation=facts.organisation._replace(id=step.office),
            reach=reach,
        )

    def play(self, step: Step) -> tuple[bool, Release, Facts] | None:
        """Ask the product, write what it says; ``None`` when the facts did not even entitle."""
        self.now += timedelta(hours=step.pause)
        facts = self.facts(step)
        request = Request(step.action, step.application, PurposeCode("follow-up"), step.person, 1, "emergency")
        entitlement = entitle(request, facts, TIGHT)
        if isinstance(entitlement, Refusal):
            return None
        clock = facts.clock
        wanted = Release(
            step.account, step.person, step.office, step.application, entitlement.bucket,
            POOLS[step.account], step.probation, clock.day, clock.hour,
        )  # fmt: skip
        seen = {key: self.windows[key] for key in keys(entitlement) if key in self.windows}
        answer = decide(request, facts, seen, TIGHT)
        if isinstance(answer, Refusal):
            return False, wanted, facts
        _, settlement = answer
        for due, window in settlement.charged:
            self.windows[due.key] = window
        self.reaches[step.account, step.person] = remembered(facts.reach, settlement, clock)
        return True, wanted, facts

    def judged(self, wanted: Release, counting: Counting) -> bool:
        """Whether the oracle would pay for this release, given the history before it."""
        return not unpayable(wanted, 5, BREAKERS[wanted.application], self.history, TIGHT, counting)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(STARTS, st.lists(STEPS, min_size=20, max_size=60))
def test_i02_any_sequence_of_openings_is_never_allowed_where_the_oracle_counts_too_many(
    start: datetime, steps: list[Step]
) -> None:
    world = World(start)
    for step in steps:
        played = world.play(step)
        if played is None:
            continue
        allowed, wanted, _ = played
        if allowed:
            assert world.judged(wanted, "people")
            assert world.judged(wanted, "pairs")
            world.history.append(wanted)


@settings(max_examples=250, deadline=None)
@given(STARTS, st.lists(STEPS, min_size=20, max_size=60))
def test_i02_openings_that_keep_their_budgets_are_decided_exactly_as_the_oracle_counts(
    start: datetime, steps: list[Step]
) -> None:
    world = World(start)
    manner: dict[tuple[AccountId, PersonId], Step] = {}
    for step in steps:
        kept = manner.setdefault((step.account, step.person), step)
        played = world.play(kept._replace(pause=step.pause))
        if played is None:
            continue
        allowed, wanted, _ = played
        assert allowed == world.judged(wanted, "pairs")
        if allowed:
            world.history.append(wanted)


def test_oracle_person_reopened_under_another_budget_then_the_first_counts_twice_in_the_product_only() -> None:
    world = World(datetime(2026, 11, 2, 9, tzinfo=UTC))
    first = Step(0, ACCOUNTS[0], PEOPLE[0], OFFICES[0], ApplicationId("console"), "followed", Action.OPEN, False)
    for relation in ("followed", "own", "followed"):
        played = world.play(first._replace(pause=24, relation=relation))
        assert played is not None
        assert played[0]
        world.history.append(played[1])
    window = world.windows["account/a0/office"]
    assert budgets.spent(window).week == 2
    assert len({one.person for one in world.history if one.bucket == "office"}) == 1


def test_world_clock_across_both_changes_of_the_hour_keeps_days_and_hours_in_step() -> None:
    spring = [clock_at(datetime(2026, 3, 28, 22, tzinfo=UTC) + timedelta(hours=hour)) for hour in range(26)]
    autumn = [clock_at(datetime(2026, 10, 24, 21, tzinfo=UTC) + timedelta(hours=hour)) for hour in range(27)]
    assert _hours_of_second_day(spring) == 23
    assert _hours_of_second_day(autumn) == 25


def _hours_of_second_day(clocks: list[Clock]) -> int:
    second = clocks[0].day + 1
    return len({clock.hour for clock in clocks if clock.day == second})
