"""Consultations shown later for an investigation: two people, bounded, and then shown by themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beffroi.core.approvals import Objection as Refused
from beffroi.core.delaying import MOST_DAYS, Delay, is_delayed
from beffroi.core.ids import AccountId
from beffroi.core.personal import Objection
from beffroi.core.refusals import Code
from beffroi.guard.folding import recording
from beffroi.guard.personal import delays
from tests.guard.approvals.office import Seat, approve, seat
from tests.guard.personal.space import PROOF, REPORT, Space
from tests.guard.personal.test_consultations import journal_of, told

LIST = "/v1/delays/list"
_NUMBER = count()
ACCOUNTS = [str(uuid4()) for _ in range(3)]


class Watch:
    """Who asks and who agrees at the network, an officer elsewhere, a manager; ``watched`` is new each time."""

    def __init__(self, served: Space) -> None:
        guard = served.guard
        network = guard.run(guard.world.organisation("Network", kind="network"))
        south = guard.run(guard.world.organisation("South"))
        self.asker = seat(guard, "Claire Fontaine", "security-officer", organisation=network)
        self.second = seat(guard, "Anne Valois", "approver", organisation=network)
        self.third = seat(guard, "Paul Martin", "approver", organisation=network)
        self.elsewhere = seat(guard, "Sud Ouest", "security-officer", organisation=south)
        self.manager = seat(guard, "Philippe Garnier", "account-manager")
        self.watched = ""


@pytest.fixture(scope="module")
def watch(served: Space) -> Watch:
    return Watch(served)


@pytest.fixture(autouse=True)
def _no_delay(served: Space, watch: Watch) -> Iterator[None]:
    watch.watched = served.guard.member(f"Victor Curieux{chr(97 + next(_NUMBER))}").account
    yield
    served.guard.execute("DELETE FROM guard.delay")


def window(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    body = {
        "from_at": (now - timedelta(days=2)).isoformat(), "until_at": (now + timedelta(days=2)).isoformat(),
        "days": 10,
    }  # fmt: skip
    return body | changes


def asked(served: Space, by: Seat, **body: Any) -> httpx.Response:
    return served.guard.call("POST", "/v1/requests/make", by.handle, json={"kind": "delay", "body": body})


def agreed(served: Space, watch: Watch, **body: Any) -> str:
    made = asked(served, watch.asker, **body)
    assert made.status_code == 201, made.text
    request = str(made.json()["request"])
    answer = approve(served.guard, watch.second, request)
    assert answer.status_code == 303, answer.text
    return str(served.guard.one("SELECT id FROM guard.delay WHERE request = $1", request))


def ended(served: Space, delay: str) -> None:
    """Let a delay be over."""
    served.guard.amend("delay", delay, shown_at=served.guard.one("SELECT guard.instant()"))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def test_consultations_of_a_watched_account_are_shown_later_and_then_appear(served: Space, watch: Watch) -> None:
    hidden = served.consulted(served.ines, account=watch.watched)
    handle = served.signed_in()
    before = told(served, handle)
    delay = agreed(served, watch, account=watch.watched, **window())
    seen = told(served, handle)
    assert [row["entry"] for row in before if row not in seen] == [hidden]
    assert len(seen) == len(before) - 1, "the count says nothing of it"
    for path in (PROOF, REPORT):
        refused = served.ask(handle, path, entry=hidden, at=served.at(hidden))
        nothing = served.ask(handle, path, entry=1 << 60, at=served.at(hidden))
        assert (refused.status_code, refused.json()) == (nothing.status_code, nothing.json())
        assert code(refused) == Objection.CONSULTATION_UNKNOWN
    entry = served.guard.journal("display-delayed")[-1]
    assert (entry["person"], str(entry["account"])) == (None, watch.second.member.account)
    ended(served, delay)
    assert told(served, handle) == before
    assert served.ask(handle, REPORT, entry=hidden, at=served.at(hidden)).status_code == 201
    served.guard.execute("DELETE FROM guard.report")


def test_nothing_is_delayed_before_a_second_person_agreed(served: Space, watch: Watch) -> None:
    entry = served.consulted(served.ines, account=watch.watched)
    assert asked(served, watch.asker, account=watch.watched, **window()).status_code == 201
    assert entry in {row["entry"] for row in told(served, served.signed_in())}


def test_account_and_days_are_delayed_once_and_continued_once(served: Space, watch: Watch) -> None:
    span = window()
    delay = agreed(served, watch, account=watch.watched, **span)
    assert code(asked(served, watch.asker, account=watch.watched, **span)) == Refused.NOT_IN_THAT_STATE
    moved = span | {"from_at": (datetime.now(UTC) - timedelta(days=40)).isoformat()}
    assert code(asked(served, watch.asker, account=watch.watched, **moved)) == Refused.NOT_IN_THAT_STATE
    longer = span | {"renews": delay}
    other = longer | {"until_at": (datetime.now(UTC) + timedelta(days=9)).isoformat()}
    assert code(asked(served, watch.asker, account=watch.watched, **other)) == Refused.NOT_IN_THAT_STATE
    [row] = served.guard.call("POST", LIST, watch.asker.handle, json={}).json()["rows"]
    assert (row["delay"], row["renewable"], row["over"]) == (delay, True, False)
    second = agreed(served, watch, account=watch.watched, **longer)
    first, last = (
        served.guard.row("SELECT * FROM guard.delay WHERE id = $1", one)["shown_at"] for one in (delay, second)
    )
    assert last - first == timedelta(days=10)
    for renews in (delay, second):
        again = span | {"renews": renews}
        assert code(asked(served, watch.asker, account=watch.watched, **again)) == Refused.NOT_IN_THAT_STATE
    ended(served, delay)
    ended(served, second)
    assert code(asked(served, watch.asker, account=watch.watched, **span)) == Refused.NOT_IN_THAT_STATE


@pytest.mark.parametrize(
    ("begins", "ends", "shown"),
    [
        ("2026-10-24T22:00:00+00:00", "2026-10-26T23:00:00+00:00", ("25/10/2026", "26/10/2026")),
        (
            "2026-10-24T22:00:00+00:00",
            "2026-10-26T22:00:00+00:00",
            ("25/10/2026 à 0\u00a0h\u00a000", "26/10/2026 à 23\u00a0h\u00a000"),
        ),
    ],
)
def test_approver_reads_days_where_the_window_is_whole_days_of_paris(
    begins: str, ends: str, shown: tuple[str, str]
) -> None:
    read = delays._first_and_last(datetime.fromisoformat(begins), datetime.fromisoformat(ends))
    assert tuple(label.fr for label in read) == shown


def test_officer_of_another_office_and_who_is_no_officer_delay_nothing(served: Space, watch: Watch) -> None:
    body = {"account": watch.watched, **window()}
    assert code(asked(served, watch.elsewhere, **body)) == Refused.OUT_OF_REACH
    assert code(asked(served, watch.elsewhere, **body | {"account": str(uuid4())})) == Refused.OUT_OF_REACH
    assert code(asked(served, watch.manager, **body)) == Code.ACTION_NOT_ALLOWED
    assert code(served.guard.call("POST", LIST, watch.manager.handle, json={})) == Code.ACTION_NOT_ALLOWED
    agreed(served, watch, **body)
    assert served.guard.call("POST", LIST, watch.elsewhere.handle, json={}).json() == {"rows": []}


@pytest.mark.parametrize(
    "changes", [{"days": 0}, {"days": MOST_DAYS + 1}, {"days": "3"}, {"renews": "x"}, {"account": "x"}, {"more": 1}]
)
def test_delay_that_is_malformed_or_too_long_is_refused(served: Space, watch: Watch, changes: dict[str, Any]) -> None:
    body = {"account": watch.watched, **window(), **changes}
    assert asked(served, watch.asker, **body).status_code in (400, 422)


def test_window_of_before_any_journal_is_refused_as_nobody_could_be_shown_it(served: Space, watch: Watch) -> None:
    span = {"from_at": "0001-01-01T00:00:00+14:00", "until_at": "0001-01-02T00:00:00+14:00"}
    assert code(asked(served, watch.asker, account=watch.watched, **window(**span))) == Refused.PERIOD_WRONG


@pytest.mark.parametrize(("begins", "ends"), [(-2, -3), (-400, 0), (0, 40)])
def test_window_that_is_too_wide_or_too_far_is_refused(served: Space, watch: Watch, begins: int, ends: int) -> None:
    now = datetime.now(UTC)
    span = {"from_at": (now + timedelta(begins)).isoformat(), "until_at": (now + timedelta(ends)).isoformat()}
    assert code(asked(served, watch.asker, account=watch.watched, **window(**span))) == Refused.PERIOD_WRONG


def test_i16_forged_delay_hides_nothing_and_no_list_is_shown(served: Space, watch: Watch) -> None:
    handle = served.signed_in()
    delay = agreed(served, watch, account=watch.watched, **window())
    served.guard.execute("UPDATE guard.delay SET account = $1", str(uuid4()))
    answer = served.ask(handle)
    assert (answer.status_code, code(answer)) == (503, Code.INTEGRITY), "a list with a gap nobody agreed to is none"
    assert "delay" in recording.FOLDED
    assert delay


INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 100).map(lambda hours: INSTANT + timedelta(hours=hours))
DELAYS = st.lists(
    st.builds(Delay, st.sampled_from(ACCOUNTS).map(AccountId), HOURS, HOURS, HOURS), max_size=5
)  # fmt: skip


@given(account=st.sampled_from([*ACCOUNTS, None]), at=HOURS, delays=DELAYS, now=HOURS)
def test_consultation_is_left_out_only_by_a_live_delay_of_its_account_and_window(
    account: str | None, at: datetime, delays: list[Delay], now: datetime
) -> None:
    oracle = any(d.account == account and d.from_at <= at and at < d.until_at and d.shown_at > now for d in delays)
    assert is_delayed(account, at, delays, now) == oracle
    assert not is_delayed(account, at, delays, INSTANT + timedelta(hours=101)), "all of them end"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(st.tuples(st.sampled_from([*ACCOUNTS, None]), st.booleans()), max_size=12),
    delayed=st.sets(st.sampled_from(ACCOUNTS)), over=st.sets(st.sampled_from(ACCOUNTS)),
)  # fmt: skip
def test_i11_own_list_is_the_journal_but_for_live_delays_which_then_appear(
    served: Space, history: list[tuple[str | None, bool]], delayed: set[str], over: set[str]
) -> None:
    guard, somebody = served.guard, served.file()
    for account, own in history:
        served.consulted(served.ines if own else somebody, account=account)
    now = guard.run(guard.world.now())
    rows = {}
    for account in delayed:
        end = now - timedelta(seconds=1) if account in over else now + timedelta(days=3)
        rows[account] = {
            "id": str(uuid4()), "request": str(uuid4()), "account": account, "from_at": now - timedelta(days=9),
            "until_at": now + timedelta(days=9), "shown_at": end, "renews": None, "decided_at": now,
        }  # fmt: skip
        guard.run(guard.world.insert("delay", **rows[account]))
    served.forget_limits()
    handle = served.signed_in()
    hidden = delayed - over
    everything = journal_of(served, served.ines)
    shown = [one["entry"] for one in everything if one["account"] is None or str(one["account"]) not in hidden]
    assert {row["entry"] for row in told(served, handle)} == set(shown)
    for account in hidden:
        ended(served, rows[account]["id"])
    assert {row["entry"] for row in told(served, handle)} == {one["entry"] for one in everything}
    guard.execute("DELETE FROM guard.delay")
