from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.budgets import EMPTY, Caps, at, charge, exceeds
from beffroi.core.exposure import SPANS, Holder, Readable, exposure, most
from beffroi.core.ids import Bucket
from tests.core.worlds import POLICY, clock_at

PEOPLE = st.integers(0, 2_000)
CAPS = st.lists(st.integers(0, 500), min_size=4, max_size=4).map(lambda four: Caps(*sorted(four)))
HOLDERS = st.builds(
    Holder,
    st.lists(st.builds(Readable, PEOPLE, CAPS, st.booleans()), max_size=4).map(tuple),
    st.integers(0, 100),
    st.booleans(),
    st.integers(0, 3),
    CAPS,
    PEOPLE,
)


@given(HOLDERS, CAPS, st.sampled_from(SPANS))
def test_exposure_any_account_is_never_more_than_the_population_nor_than_without_the_guard(
    holder: Holder, pool: Caps, hours: int
) -> None:
    found = exposure(holder, pool, hours)
    assert 0 <= found.direct <= found.unguarded <= holder.population
    assert 0 <= found.offspring <= found.unguarded


@given(HOLDERS, CAPS, st.sampled_from(SPANS), st.integers(0, 3), st.integers(1, 50), st.data())
def test_exposure_raising_any_budget_never_lowers_it(
    holder: Holder, pool: Caps, hours: int, which: int, more: int, data: st.DataObject
) -> None:
    def raised(caps: Caps) -> Caps:
        return Caps(*(cap + more for cap in caps))

    wider, wider_pool = holder, pool
    if which == 0:
        wider_pool = raised(pool)
    elif which == 1:
        wider = holder._replace(application=raised(holder.application))
    elif which == 2:
        wider = holder._replace(share=holder.share + more)
    elif holder.readable:
        index = data.draw(st.integers(0, len(holder.readable) - 1))
        changed = list(holder.readable)
        changed[index] = changed[index]._replace(caps=raised(changed[index].caps))
        wider = holder._replace(readable=tuple(changed))
    before, after = exposure(holder, pool, hours), exposure(wider, wider_pool, hours)
    assert after.direct >= before.direct
    assert after.offspring >= before.offspring


@given(HOLDERS, CAPS)
def test_exposure_longer_span_never_shows_less(holder: Holder, pool: Caps) -> None:
    shown = [exposure(holder, pool, hours) for hours in SPANS]
    assert [one.direct for one in shown] == sorted(one.direct for one in shown)
    assert [one.offspring for one in shown] == sorted(one.offspring for one in shown)


@given(HOLDERS, CAPS, st.sampled_from(SPANS))
def test_i03_exposure_account_still_in_a_pool_shows_no_more_than_the_pool(
    holder: Holder, pool: Caps, hours: int
) -> None:
    assert exposure(holder._replace(pooled=True), pool, hours).direct <= most(pool, hours)


def test_i05_exposure_account_manager_without_offspring_reads_nobody() -> None:
    manager = Holder((), 0, False, 0, POLICY.application.newcomer, 1_600_000)
    assert exposure(manager, POLICY.pool, 72) == (0, 0, 0)
    with_two_accounts = manager._replace(offspring=2)
    assert exposure(with_two_accounts, POLICY.pool, 24) == (0, 60, 1_600_000)
    assert exposure(with_two_accounts._replace(offspring=50), POLICY.pool, 24).offspring == 60


@given(CAPS, st.integers(0, 47), st.lists(st.integers(0, 3), max_size=80), st.sampled_from([1, 24, 72]))
def test_i02_most_any_rhythm_of_openings_in_any_span_stays_within_it(
    caps: Caps, offset: int, pauses: list[int], hours: int
) -> None:
    start = datetime(2026, 11, 18, tzinfo=UTC) + timedelta(hours=offset, minutes=30)
    caps = Caps(*(min(cap, 3 * number) for number, cap in enumerate(caps, 1)))
    window, now, opened = EMPTY, start, []
    for pause in pauses:
        now += timedelta(minutes=20 * pause)
        clock = clock_at(now)
        paid = charge(at(window, clock.day, clock.hour), None)
        if exceeds(paid, caps) is None:
            window = paid
            opened.append(now)
    for first in opened:
        assert sum(first <= one < first + timedelta(hours=hours) for one in opened) <= most(caps, hours)


def test_exposure_adviser_of_the_default_policy_in_a_day() -> None:
    buckets = POLICY.buckets
    adviser = Holder(
        (
            Readable(80, buckets[Bucket("portfolio")], False),
            Readable(4_000, buckets[Bucket("office")], True),
        ),
        50,
        False,
        0,
        Caps(10_000, 10_000, 50_000, 100_000),
        1_600_000,
    )
    assert [exposure(adviser, POLICY.pool, hours).direct for hours in SPANS] == [160, 180, 280]
