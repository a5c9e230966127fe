"""What a sweep finds due, over whole histories: nobody idle stays, nobody who works is touched (I-12)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.habilitation import Event, Status, after
from beffroi.core.ids import AccountId, HabilitationId, OrganisationId
from beffroi.core.machine_limit import MachineLimit
from beffroi.core.policy import RoleKind, SweepDelays, SweepRules
from beffroi.core.sweeping import (
    COUNTED,
    HeldRole,
    Reason,
    Step,
    Swept,
    due,
    is_administrator,
    keystone,
    order,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
RULES = SweepRules(SweepDelays(60, 90, 30), SweepDelays(30, 45, 7), MachineLimit(5, 2, 20))
ACCOUNT, HELD, OFFICE = AccountId("a"), HabilitationId("h"), OrganisationId("o")


def days(count: float) -> timedelta:
    return timedelta(days=count)


def held(
    kind: RoleKind | None = RoleKind.READER, status: Status | None = Status.CONFIRMED, **changes: Any
) -> HeldRole:
    role = HeldRole(HELD, OFFICE, kind, status, NOW + days(200), NOW + days(400))
    return role._replace(**changes)


def account(*habilitations: HeldRole, **changes: Any) -> Swept:
    """Somebody attested and reviewed who worked this morning."""
    swept = Swept(
        ACCOUNT, "active", NOW - days(700), NOW - timedelta(hours=1), NOW + days(100), NOW + days(50),
        None, None, None, habilitations or (held(),),
    )  # fmt: skip
    return swept._replace(**changes)


def steps(swept: Swept, at: datetime = NOW) -> list[tuple[Step, Reason]]:
    return [(one.step, one.reason) for one in due(swept, at, RULES)]


def test_adviser_who_worked_this_morning_is_left_alone() -> None:
    assert steps(account()) == []


ADVISER, MANAGER = held(), held(RoleKind.MANAGER)
MOMENT = timedelta(microseconds=1)
TABLE: list[tuple[str, Swept, list[tuple[Step, Reason]]]] = [
    ("idle just under the warning", account(used_at=NOW - days(60) + MOMENT), []),
    ("idle at the warning", account(used_at=NOW - days(60)), [(Step.WARN, Reason.IDLE)]),
    ("warned already", account(used_at=NOW - days(70), warned_at=NOW - days(9)), []),
    (
        "warned, came back, idle again",
        account(used_at=NOW - days(60), warned_at=NOW - days(65)),
        [(Step.WARN, Reason.IDLE)],
    ),
    ("idle at the suspension", account(used_at=NOW - days(90)), [(Step.SUSPEND, Reason.IDLE)]),
    ("a manager is warned earlier", account(MANAGER, used_at=NOW - days(30)), [(Step.WARN, Reason.IDLE)]),
    ("a manager is suspended earlier", account(MANAGER, used_at=NOW - days(45)), [(Step.SUSPEND, Reason.IDLE)]),
    ("a role nobody knows counts as one", account(held(None), used_at=NOW - days(45)), [(Step.SUSPEND, Reason.IDLE)]),
    (
        "a manager's role that was closed does not",
        account(ADVISER, held(RoleKind.MANAGER, Status.CLOSED), used_at=NOW - days(45)),
        [],
    ),
    (
        "never used, counted from the creation",
        account(used_at=None, created_at=NOW - days(90)),
        [(Step.SUSPEND, Reason.NEVER_USED)],
    ),
    ("invited and never used", account(status="invited", used_at=None, created_at=NOW - days(60)),
     [(Step.WARN, Reason.NEVER_USED)]),
    ("attestation just lapsed: refused, not suspended", account(attested_until=NOW), []),
    ("attestation long lapsed", account(attested_until=NOW - days(30)), [(Step.SUSPEND, Reason.UNATTESTED)]),
    ("a manager's attestation", account(MANAGER, attested_until=NOW - days(7)), [(Step.SUSPEND, Reason.UNATTESTED)]),
    ("silence in the review", account(reviewed_until=NOW - days(30)), [(Step.SUSPEND, Reason.UNREVIEWED)]),
    (
        "the period ended: closed, and nothing is left",
        account(held(until_at=NOW)),
        [(Step.CLOSE_HABILITATION, Reason.PERIOD_ENDED), (Step.SUSPEND, Reason.NOTHING_LEFT)],
    ),
    (
        "one of two periods ended",
        account(held(until_at=NOW), held(id=HabilitationId("i"))),
        [(Step.CLOSE_HABILITATION, Reason.PERIOD_ENDED)],
    ),
    ("the contract just ended: refused, not suspended", account(held(contract_until=NOW)), []),
    (
        "the contract ended a month ago",
        account(held(contract_until=NOW - days(30))),
        [(Step.SUSPEND_HABILITATION, Reason.CONTRACT_ENDED)],
    ),
    ("suspended already by its contract", account(held(status=Status.SUSPENDED, contract_until=NOW - days(30))), []),
    ("suspended by people: seen", account(status="suspended"), [(Step.NOTE, Reason.SEEN_SUSPENDED)]),
    ("suspended and seen before", account(status="suspended", suspended_at=NOW - days(5)), []),
    ("closed", account(status="closed", used_at=NOW - days(900)), []),
    (
        "given back after four months: begins anew",
        account(used_at=NOW - days(120), suspended_at=NOW - days(30)),
        [(Step.RESTART, Reason.GIVEN_BACK)],
    ),
    (
        "begun anew yesterday",
        account(used_at=NOW - days(120), restarted_at=NOW - days(1)),
        [],
    ),
    (
        "begun anew, and idle again",
        account(used_at=NOW - days(300), restarted_at=NOW - days(90)),
        [(Step.SUSPEND, Reason.IDLE)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("swept", "expected"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE])
def test_account_in_each_situation_is_given_what_is_due(swept: Swept, expected: list[tuple[Step, Reason]]) -> None:
    assert steps(swept) == expected


@pytest.mark.parametrize("kind", [kind for kind in RoleKind if kind is not RoleKind.READER])
def test_administrator_of_each_kind_comes_before_an_adviser_idle_for_longer(kind: RoleKind) -> None:
    adviser = account(used_at=NOW - days(300), id=AccountId("1"))
    other = account(held(kind), used_at=NOW - days(46), id=AccountId("2"))
    ranked = order([(one, due(one, NOW, RULES)) for one in (adviser, account(), other)])
    assert [one.id for one, _ in ranked] == ["2", "1"]


def test_approver_of_two_is_kept_by_machines_where_one_of_three_is_not() -> None:
    approver = account(held(RoleKind.APPROVER), used_at=NOW - days(50))
    assert keystone(approver, NOW, {RoleKind.APPROVER: 3}) is None
    assert keystone(approver, NOW, {RoleKind.APPROVER: 2}) is RoleKind.APPROVER
    assert keystone(approver._replace(status="suspended"), NOW, {RoleKind.APPROVER: 2}) is None
    assert keystone(account(), NOW, {}) is None


INSTANTS = st.integers(-400, 400).map(lambda count: NOW + days(count))
PAST = st.integers(-400, 0).map(lambda count: NOW + days(count))
ROLES = st.builds(
    HeldRole,
    st.sampled_from([HabilitationId(f"h{number}") for number in range(3)]),
    st.sampled_from([OrganisationId("north"), OrganisationId("south")]),
    st.none() | st.sampled_from(RoleKind),
    st.none() | st.sampled_from(Status),
    INSTANTS,
    INSTANTS,
)
ACCOUNTS = st.builds(
    Swept,
    st.just(ACCOUNT),
    st.sampled_from(["invited", "active", "suspended", "closed", "odd"]),
    PAST,
    st.none() | PAST,
    INSTANTS,
    INSTANTS,
    st.none() | PAST,
    st.none() | PAST,
    st.none() | PAST,
    st.lists(ROLES, max_size=3, unique_by=lambda role: role.id).map(tuple),
)


def swept_once(swept: Swept, at: datetime) -> Swept:
    """The account after a sweep has done all that was due."""
    for one in due(swept, at, RULES):
        if one.habilitation is not None:
            event = Event.CLOSE if one.step is Step.CLOSE_HABILITATION else Event.SUSPEND
            roles = [
                role._replace(status=after(role.status, event))
                if role.id == one.habilitation and role.status is not None
                else role
                for role in swept.habilitations
            ]
            swept = swept._replace(habilitations=tuple(roles))
        elif one.step is Step.SUSPEND:
            swept = swept._replace(status="suspended", suspended_at=at)
        else:
            changes: dict[Step, dict[str, datetime | None]] = {
                Step.WARN: {"warned_at": at},
                Step.NOTE: {"suspended_at": at},
                Step.RESTART: {"suspended_at": None, "restarted_at": at},
            }
            swept = swept._replace(**changes[one.step])
    return swept


@given(ACCOUNTS)
def test_account_of_any_kind_swept_again_at_one_instant_settles(swept: Swept) -> None:
    once = swept_once(swept, NOW)
    assert not [one for one in due(once, NOW, RULES) if one.step is Step.SUSPEND and one.reason in COUNTED]
    for _ in range(3):
        once = swept_once(once, NOW)
    assert due(once, NOW, RULES) == ()


EVENTS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["work", "attest", "review", "give-back", "sweep"])),
    min_size=1,
    max_size=60,
)


@given(ROLES.map(lambda role: role._replace(status=Status.CONFIRMED)), EVENTS)
def test_i12_any_history_with_a_daily_sweep_leaves_nobody_idle_or_lapsed_past_the_delay(
    role: HeldRole, events: list[tuple[int, str]]
) -> None:
    """A life day by day: work, courses, reviews, suspensions given back. A sweep ends every day.

    Whoever is still active at the end of a day was used, created or given back within the delay, and lapsed for less
    than it; and whoever is suspended had reached one of the delays: nobody who works and renews is touched.
    """
    at = NOW
    role = role._replace(until_at=NOW + days(5000), contract_until=NOW + days(5000))
    swept = account(role, created_at=at, used_at=None, attested_until=at + days(180), reviewed_until=at + days(90))
    began = lapse_began = at
    for pause, event in events:
        for _ in range(pause):
            at += days(1)
            patience = RULES.administrators if is_administrator(swept) else RULES.readers
            before, swept = swept, swept_once(swept, at)
            idle, lapsed = at - began, at - max(min(swept.attested_until, swept.reviewed_until), lapse_began)
            reached = idle >= patience.idle_suspend or (
                min(swept.attested_until, swept.reviewed_until) <= at and lapsed >= patience.lapse
            )
            if before.status == "active":
                assert (swept.status == "suspended") == reached
            if swept.status == "active" and idle >= patience.idle_warn:
                assert swept.warned_at is not None
                assert swept.warned_at >= began
        if event == "work" and swept.status == "active":
            swept, began = swept._replace(used_at=at), at
        elif event == "attest":
            swept = swept._replace(attested_until=at + days(180))
        elif event == "review":
            swept = swept._replace(reviewed_until=at + days(90))
        elif event == "give-back" and swept.status == "suspended":
            swept = swept_once(swept._replace(status="active"), at)
            began = lapse_began = at
        elif event == "sweep":
            swept = swept_once(swept, at)
