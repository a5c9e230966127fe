from itertools import product

import pytest

from beffroi.core.habilitation import ACCESS, Event, Status, after, clash
from beffroi.core.policy import FLOOR, RoleKind

WAY_IN = (Event.APPROVE, Event.ENROL, Event.TRAIN, Event.BEGIN)


@pytest.mark.parametrize(("status", "event"), list(product(Status, Event)))
def test_habilitation_every_event_in_every_status_is_refused_or_leads_to_a_status(
    status: Status, event: Event
) -> None:
    assert after(status, event) in {None, *Status}


def test_habilitation_new_person_reaches_access_by_the_whole_way_and_by_no_shorter_one() -> None:
    shortest = {Status.REQUESTED: 0}
    waiting = [Status.REQUESTED]
    while waiting:
        status = waiting.pop(0)
        for event in Event:
            reached = after(status, event)
            if reached is not None and reached not in shortest:
                shortest[reached] = shortest[status] + 1
                waiting.append(reached)
    assert set(shortest) == set(Status)
    assert min(shortest[status] for status in ACCESS) == len(WAY_IN)


def test_habilitation_the_way_in_ends_in_probation() -> None:
    status: Status | None = Status.REQUESTED
    for event in WAY_IN:
        assert status is not None
        assert status not in ACCESS
        status = after(status, event)
    assert status is Status.PROBATION


@pytest.mark.parametrize("event", list(Event))
def test_habilitation_closed_stays_closed(event: Event) -> None:
    assert after(Status.CLOSED, event) in {None, Status.CLOSED}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("event", [Event.SUSPEND, Event.CLOSE])
def test_i07_habilitation_suspending_or_closing_is_never_refused_and_ends_access(
    status: Status, event: Event
) -> None:
    reached = after(status, event)
    assert reached is not None
    assert reached not in ACCESS


def test_habilitation_suspended_returns_to_probation_and_never_straight_to_confirmed() -> None:
    assert after(Status.SUSPENDED, Event.REINSTATE) is Status.PROBATION
    assert {after(Status.SUSPENDED, event) for event in Event} & {Status.CONFIRMED} == set()


def test_habilitation_confirmed_whose_factor_is_replaced_returns_to_probation() -> None:
    assert after(Status.CONFIRMED, Event.REPLACE_FACTOR) is Status.PROBATION
    assert after(Status.SUSPENDED, Event.REPLACE_FACTOR) is Status.SUSPENDED


@pytest.mark.parametrize("kind", [kind for kind in RoleKind if kind not in (RoleKind.READER, RoleKind.BILLING)])
def test_i05_person_who_reads_files_holds_no_other_kind_of_role(kind: RoleKind) -> None:
    assert clash([RoleKind.READER, kind], FLOOR) is not None
    assert clash([kind, RoleKind.READER], FLOOR) is not None
    assert clash([kind, kind], FLOOR) is None
    assert clash([RoleKind.READER, RoleKind.READER], FLOOR) is None


def test_i05_manager_approves_nothing_and_a_founder_may() -> None:
    assert clash([RoleKind.MANAGER, RoleKind.APPROVER], FLOOR) is not None
    assert clash([RoleKind.FOUNDER, RoleKind.APPROVER, RoleKind.SECURITY], FLOOR) is None


def test_i05_pair_that_the_policy_adds_is_apart_too() -> None:
    wider = FLOOR | {frozenset({RoleKind.SECURITY, RoleKind.APPROVER})}
    assert clash([RoleKind.SECURITY, RoleKind.APPROVER], FLOOR) is None
    assert clash([RoleKind.SECURITY, RoleKind.APPROVER], wider) == (RoleKind.APPROVER, RoleKind.SECURITY)
