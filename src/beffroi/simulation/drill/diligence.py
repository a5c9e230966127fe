"""The diligent approver of the drills, as a published rule: three grounds to refuse, and otherwise he signs.

It sees what ``POST /v1/requests/show`` tells an approver, nothing else. It is no rule of the product, which refuses
nothing on these grounds: a person decides. It says what the figures of a drill suppose of that person.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from beffroi.core.anomalies import Anomaly, Background, anomalies
from beffroi.simulation.data_files import rows

FROM_THE_PAGE: Final = frozenset({"access", "confirmation"})
"""Kinds that the page tells enough about. Every other begins with a call to the organisation's registered contact."""
MOST_ANOMALIES: Final = 1
ORDINARY: Final = "ordinary_requests.csv"


class Ground(StrEnum):
    """Why he refuses."""

    NOT_FROM_THE_PAGE = "not-from-the-page"
    ADDRESS_UNKNOWN = "address-unknown"
    TWO_ANOMALIES = "two-anomalies"


class Seen(NamedTuple):
    """What he looks at: the kind of request, and the codes of the remarks beside it."""

    kind: str
    anomalies: frozenset[str]


def seen(shown: Mapping[str, Any]) -> Seen:
    """What he looks at in an answer of ``POST /v1/requests/show``. Raises KeyError for another answer."""
    return Seen(shown["kind"], frozenset(one["code"] for one in shown["background"]["anomalies"]))


def ground(request: Seen) -> Ground | None:
    """The first ground to refuse that holds; ``None``: he signs.

    An address that the organisation does not know is added to its roster first, which two people agree to; a request
    that is odd in two ways at once is made again by a call.
    """
    if request.kind not in FROM_THE_PAGE:
        return Ground.NOT_FROM_THE_PAGE
    if Anomaly.OUTSIDE_ROSTER in request.anomalies:
        return Ground.ADDRESS_UNKNOWN
    if len(request.anomalies) > MOST_ANOMALIES:
        return Ground.TWO_ANOMALIES
    return None


def ordinary() -> Iterator[Seen]:
    """The invented ordinary requests that ship with the simulation, as he would see them."""
    for row in rows(ORDINARY):
        known = Background(
            in_roster=row["in_roster"] == "yes",
            made_at=datetime.fromisoformat(row["made_at"]),
            same_day=int(row["same_day"]),
            refused=int(row["refused"]),
            requester_since=datetime.fromisoformat(row["requester_since"]),
            requester_in_probation=row["requester_in_probation"] == "yes",
            roles=int(row["roles"]),
            manages=row["manages"] == "yes",
        )
        yield Seen(row["kind"], frozenset(one.value for one in anomalies(known)))
