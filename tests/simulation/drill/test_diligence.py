"""The diligent approver: he signs ordinary requests, refuses the thief's, and looks at what the door shows alone."""

from datetime import UTC, datetime, timedelta

import pytest

from beffroi.core.anomalies import Anomaly, Background, anomalies
from beffroi.simulation.drill.diligence import Ground, Seen, ground, ordinary, seen

MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
ORDINARY = Background(
    in_roster=True, made_at=MONDAY, same_day=0, refused=0, requester_since=MONDAY - timedelta(days=400),
    requester_in_probation=False, roles=1, manages=False,
)  # fmt: skip


def judged(known: Background, kind: str = "access") -> Ground | None:
    return ground(Seen(kind, frozenset(one.value for one in anomalies(known))))


def test_diligent_approver_accepts_99_percent_of_the_ordinary_requests() -> None:
    requests = list(ordinary())
    assert len(requests) == 200
    assert sum(ground(one) is None for one in requests) >= 0.99 * len(requests)


def test_ordinary_requests_are_not_all_without_a_remark() -> None:
    remarked = [one for one in ordinary() if one.anomalies]
    assert len(remarked) >= 40
    assert {code for one in remarked for code in one.anomalies} == {one.value for one in Anomaly}


@pytest.mark.parametrize(
    "changes",
    [
        {"in_roster": False},
        {"made_at": MONDAY.replace(hour=23), "same_day": 3},
        {"made_at": MONDAY - timedelta(days=1), "refused": 1},
        {"roles": 2, "refused": 1},
        {"manages": True, "refused": 2},
        {"requester_since": MONDAY - timedelta(days=2), "same_day": 5},
    ],
)
def test_request_as_a_thief_makes_it_is_refused_and_the_ordinary_one_beside_it_accepted(
    changes: dict[str, object],
) -> None:
    assert judged(ORDINARY) is None
    assert judged(ORDINARY._replace(**changes)) is not None  # type: ignore[arg-type]


def test_kind_that_the_page_tells_too_little_about_is_refused() -> None:
    assert judged(ORDINARY, "confirmation") is None
    assert judged(ORDINARY, "roster") is Ground.NOT_FROM_THE_PAGE


def test_diligent_approver_sees_the_kind_and_the_remarks_of_the_door() -> None:
    shown = {"kind": "access", "lines": [], "background": {"anomalies": [{"code": "outside-roster", "label": {}}]}}
    assert seen(shown) == Seen("access", frozenset({"outside-roster"}))
    assert ground(seen(shown)) is Ground.ADDRESS_UNKNOWN
