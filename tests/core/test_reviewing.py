"""Which habilitations are kept together, when campaigns open, remind and end; whole histories of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beffroi.core.habilitation import ACCESS, Event, Status, after
from beffroi.core.ids import OrganisationId
from beffroi.core.policy import Relation, RoleKind
from beffroi.core.reviewing import (
    LIFE,
    QUARTER,
    RECENT,
    REMINDERS,
    RUN,
    SHORTEST,
    Held,
    Peers,
    Reason,
    Use,
    Verdict,
    at_deadline,
    holds_until,
    is_open,
    leads_to,
    peers_of,
    planned,
    reasons,
    reminder,
    use_of,
    vouched,
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
OFFICE = OrganisationId("00000000-0000-4000-8000-00000000000f")
DAY = timedelta(days=1)
USUAL = Held(
    RoleKind.READER, Status.CONFIRMED, NOW - 300 * DAY, NOW - DAY, Use(related=200), 340, False, Peers(180, 340)
)
HELD = st.builds(
    Held,
    st.none() | st.sampled_from(RoleKind),
    st.none() | st.sampled_from(Status),
    st.just(NOW - 300 * DAY),
    st.none() | st.integers(0, 200).map(lambda days: NOW - days * DAY),
    st.builds(Use, st.integers(0, 900), st.integers(0, 3), st.integers(0, 3)),
    st.integers(0, 900),
    st.booleans(),
    st.builds(Peers, st.integers(0, 400), st.integers(0, 900)),
)


def test_adviser_whose_work_is_used_explained_and_usual_is_kept_together() -> None:
    assert reasons(USUAL, NOW) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": None}, Reason.UNKNOWN_ROLE),
        ({"status": None}, Reason.UNKNOWN_ROLE),
        ({"status": Status.SUSPENDED}, Reason.UNKNOWN_ROLE),
        ({"kind": RoleKind.MANAGER}, Reason.READS_NO_FILE),
        ({"use": Use(199, 1, 0)}, Reason.BREAK_GLASS),
        ({"use": Use(199, 0, 1)}, Reason.UNEXPLAINED),
        ({"exposure": 341}, Reason.EXPOSED),
        ({"use": Use(541, 0, 0)}, Reason.ABOVE_PEERS),
        ({"used_at": None}, Reason.NEVER_USED),
        ({"used_at": NOW - RECENT - DAY}, Reason.UNUSED),
    ],
)
def test_adviser_of_whom_one_thing_differs_is_looked_at_alone_for_it(
    changes: dict[str, object], expected: Reason
) -> None:
    assert reasons(USUAL._replace(**changes), NOW) == (expected,)  # type: ignore[arg-type]


@given(HELD)
def test_i12_review_any_habilitation_kept_together_is_used_explained_little_exposed_and_reads(held: Held) -> None:
    found = reasons(held, NOW)
    assert list(found) == sorted(found, key=list(Reason).index)
    if not found:
        assert held.kind is RoleKind.READER
        assert held.status in ACCESS
        assert held.used_at is not None
        assert NOW - held.used_at <= RECENT
        assert held.use.openings == held.use.related
        assert held.exposure <= held.peers.ninetieth


@given(HELD, st.integers(1, 9))
def test_break_glass_never_brings_anybody_back_among_those_kept_together(held: Held, more: int) -> None:
    worse = held._replace(use=held.use._replace(broken=held.use.broken + more))
    assert set(reasons(held, NOW)) <= set(reasons(worse, NOW))
    assert reasons(worse, NOW)


@given(
    st.lists(st.tuples(st.none() | st.sampled_from([*Relation, "search", "break-glass", "?"]), st.integers(0, 50)))
)
def test_use_counts_every_opening_once_and_unknown_explanations_explain_nothing(
    openings: list[tuple[str | None, int]],
) -> None:
    use = use_of(openings)
    assert use.openings == sum(count for _, count in openings)
    assert use.related == sum(count for word, count in openings if word in set(Relation))
    assert use.broken == sum(count for word, count in openings if word == "break-glass")


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60))
def test_peers_at_most_one_in_ten_is_above_the_ninetieth_and_half_above_the_median(values: list[int]) -> None:
    peers = peers_of(values, values)
    assert sum(value > peers.ninetieth for value in values) * 10 <= len(values)
    assert sum(value > peers.median for value in values) * 2 <= len(values)


INSTANTS = st.integers(0, 10 * 365 * 24).map(lambda hours: NOW + timedelta(hours=hours))


@given(st.uuids().map(lambda one: OrganisationId(str(one))), INSTANTS)
def test_first_campaign_any_organisation_opens_within_a_quarter_and_gives_a_fortnight(
    organisation: OrganisationId, start: datetime
) -> None:
    days = [start + day * DAY for day in range(QUARTER.days + 1)]
    found = next((end, day) for day in days if (end := planned(organisation, None, None, day)) is not None)
    assert SHORTEST <= found[0] - found[1] <= RUN
    turns = {planned(OrganisationId(f"office {number}"), None, None, start) for number in range(40)}
    assert len(turns) > 1, "organisations take turns"


@given(INSTANTS, st.integers(-5, 150))
def test_campaign_opens_a_month_before_its_quarter_ends_and_never_on_short_notice(
    previous: datetime, days: int
) -> None:
    at = previous + days * DAY
    end = planned(OFFICE, previous, None, at)
    if at < previous + QUARTER - RUN:
        assert end is None
    else:
        assert end == max(previous + QUARTER, at + SHORTEST)


def test_first_campaign_comes_sooner_where_somebodys_review_lapses() -> None:
    far = next(
        day for day in (NOW + number * DAY for number in range(91)) if planned(OFFICE, None, None, day) is None
    )
    assert planned(OFFICE, None, far + 20 * DAY, far) == far + 20 * DAY
    assert planned(OFFICE, None, far - DAY, far) == far + SHORTEST


def test_reminders_are_given_once_each_and_none_at_the_end() -> None:
    due, reminded, given_at = NOW + RUN, None, []
    for hour in range(31 * 24):
        at = NOW + timedelta(hours=hour)
        days = reminder(due, reminded, at)
        if days is not None:
            reminded = days
            given_at.append((days, due - at))
    assert given_at == [(days, days * DAY) for days in REMINDERS]
    assert reminder(due, None, due - DAY) == 1, "late: the closest alone"


def test_reviewer_is_heard_until_the_very_instant_of_the_deadline() -> None:
    assert is_open(NOW, None, NOW - timedelta(microseconds=1))
    assert not is_open(NOW, None, NOW)
    assert not is_open(NOW, NOW - DAY, NOW - 2 * DAY)


@dataclass
class _Account:
    """One person of a history: habilitations by name, and until when the account is reviewed."""

    reviewed_until: datetime
    held: dict[str, Status]


@dataclass
class _History:
    """An organisation over months, as the guard runs it: what is pure is asked of the law."""

    now: datetime = NOW
    accounts: dict[str, _Account] = field(default_factory=dict)
    due: datetime | None = None
    previous: datetime | None = None
    began: datetime | None = None
    ended_began: datetime | None = None
    lines: dict[tuple[str, str], Verdict | None] = field(default_factory=dict)
    kept: dict[tuple[str, str], datetime] = field(default_factory=dict)
    let_in: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def sweep(self) -> None:
        if self.due is not None and self.now >= self.due:
            for (name, role), verdict in self.lines.items():
                status = self.accounts[name].held[role]
                became, event = at_deadline(verdict, status)
                self.lines[name, role] = became
                if event is not None:
                    self.accounts[name].held[role] = after(status, event) or status
            for name in self.accounts:
                said = [verdict for (who, _), verdict in self.lines.items() if who == name]
                came = any(
                    status in ACCESS and (name, role) not in self.lines
                    for role, status in self.accounts[name].held.items()
                )
                if vouched(said) or came:
                    self.extend(name)
            self.previous, self.ended_began, self.due, self.lines = self.due, self.began, None, {}
        if self.due is None:
            self.due = planned(OFFICE, self.previous, None, self.now)
            if self.due is not None:
                self.began = self.now
                self.lines = {
                    (name, role): None
                    for name, account in self.accounts.items()
                    for role, status in account.held.items()
                    if status in ACCESS
                }

    def extend(self, name: str) -> None:
        assert self.due is not None
        self.accounts[name].reviewed_until = holds_until(self.accounts[name].reviewed_until, self.due)

    def say(self, line: tuple[str, str], verdict: Verdict) -> None:
        name, role = line
        status = self.accounts[name].held[role]
        if self.due is None or not is_open(self.due, None, self.now) or self.lines.get(line, verdict) is not None:
            return
        if status not in ACCESS:
            return
        self.lines[line] = verdict
        self.accounts[name].held[role] = leads_to(verdict, status)
        if verdict is Verdict.KEEP:
            self.kept[line] = self.now
        if vouched([word for (who, _), word in self.lines.items() if who == name]):
            self.extend(name)

    def open_to(self, line: tuple[str, str]) -> bool:
        """Whether a decision would find access: as its steps 3 and 4 do."""
        account = self.accounts[line[0]]
        return account.held[line[1]] in ACCESS and self.now < account.reviewed_until


LINES = [(name, role) for name in "ab" for role in ("one", "two")]
WORDS = st.tuples(st.sampled_from(["keep", "keep", "keep", "remove", "suspend", "let in"]), st.sampled_from(LINES))
WEEKS = st.lists(st.tuples(st.lists(WORDS, max_size=4), st.integers(3, 25)), min_size=4, max_size=30)


@settings(max_examples=300)
@given(WEEKS, st.booleans())
@example([([], 90), ([("keep", ("a", "one"))], 25), ([], 90)], True)
def test_i12_review_any_history_nothing_unreviewed_keeps_access_after_the_deadline(
    weeks: list[tuple[list[tuple[str, tuple[str, str]]], int]], sweeping: bool
) -> None:
    """With a worker, from the deadline on; without one, a quarter and a day after the last word at the latest."""
    history = _History()
    for line in LINES:
        _let_in(history, line)
    for words, days in weeks:
        for word, line in words:
            if word == "let in":
                _let_in(history, line)
            elif word == "suspend":
                held = history.accounts[line[0]].held
                held[line[1]] = after(held[line[1]], Event.SUSPEND) or Status.CLOSED
            else:
                history.say(line, Verdict(word))
        for _ in range(days):
            history.now += DAY
            if sweeping:
                history.sweep()
            _check(history)


def _let_in(history: _History, line: tuple[str, str]) -> None:
    """Four eyes give somebody a habilitation, or give one back."""
    name, role = line
    known = history.accounts.setdefault(name, _Account(history.now + timedelta(days=92), {}))
    if known.held.get(role) not in ACCESS:
        known.held[role] = Status.PROBATION
        history.let_in[line] = history.now
        history.lines.pop(line, None)


def _check(history: _History) -> None:
    for line, came in history.let_in.items():
        if not history.open_to(line):
            continue
        said = max(came, history.kept.get(line, came))
        # Kept in a campaign, or let in by four eyes while one ran: good until after the next deadline, no longer.
        assert history.now - said <= RUN + LIFE
        if history.ended_began is not None:
            assert said >= history.ended_began, "silent in the last campaign that ended"


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        (None, Status.CONFIRMED, (Verdict.SILENT, Event.SUSPEND)),
        (None, Status.PROBATION, (Verdict.SILENT, Event.SUSPEND)),
        (None, None, (Verdict.SILENT, Event.SUSPEND)),
        (None, Status.SUSPENDED, (Verdict.GONE, None)),
        (None, Status.CLOSED, (Verdict.GONE, None)),
        (Verdict.KEEP, Status.CONFIRMED, (Verdict.KEEP, None)),
        (Verdict.REMOVE, Status.CLOSED, (Verdict.REMOVE, None)),
    ],
)
def test_i12_review_silence_suspends_whatever_gives_access_and_a_word_does_not(
    said: Verdict | None, status: Status | None, expected: tuple[Verdict, Event | None]
) -> None:
    assert at_deadline(said, status) == expected
