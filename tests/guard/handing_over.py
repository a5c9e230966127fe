"""What a hijacked console would say at the doors that change who follows whom; see test_hijacked_console."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4


def day(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


# Doors by which an adviser's live session changes who follows the people of its own office: a few a day, within the
# office, or with another organisation's agreement (tests/guard/relating holds the bounds). What may change thereby.
HANDING: dict[str, Callable[[Any], list[Any]]] = {
    "POST /v1/relations/assign": lambda s: [
        {"purpose": "follow-up", "to": s.colleague, "people": [s.person, s.stranger]},
        {"purpose": "follow-up", "to": s.gone, "people": [s.person]},
    ],
    "POST /v1/relations/covers/make": lambda s: [
        {"purpose": "follow-up", "absent": s.colleague, "account": s.gone, "from_on": day(1), "until_on": day(2)},
        {"purpose": "follow-up", "absent": s.colleague, "account": s.network, "from_on": day(1), "until_on": day(2)},
    ],
    "POST /v1/relations/covers/end": lambda _: [{"purpose": "follow-up", "cover": str(uuid4())}],
    "POST /v1/relations/prescribe": lambda s: [
        {"purpose": "follow-up", "person": s.person, "organisation": s.network, "until_on": day(9)},
        {"purpose": "follow-up", "person": s.stranger, "organisation": s.school, "until_on": day(9)},
        {"purpose": "follow-up", "person": s.person, "organisation": s.school, "until_on": day(9)},
    ],
    "POST /v1/relations/end": lambda s: [
        {"purpose": "follow-up", "person": s.person, "organisation": s.school},
        {"purpose": "follow-up", "person": s.stranger, "organisation": s.school},
    ],
    "POST /v1/relations/give-back": lambda s: [
        {"purpose": "training-follow-up", "person": s.person},
        {"purpose": "follow-up", "person": s.stranger},
    ],
    "POST /v1/transfers/ask": lambda s: [
        {"purpose": "follow-up", "person": one, "organisation": s.elsewhere, "side": side, "reason": "moved"}
        for one in (s.person, s.stranger) for side in ("giving", "receiving")
    ],
    "POST /v1/transfers/agree": lambda s: [{"purpose": "follow-up", "transfer": s.transfer}],
    "POST /v1/transfers/refuse": lambda s: [
        {"purpose": "follow-up", "transfer": s.transfer, "because": "wrong-person"}
    ],
    "POST /v1/transfers/withdraw": lambda s: [
        {"purpose": "follow-up", "transfer": s.transfer, "because": "asked-by-mistake"}
    ],
}  # fmt: skip
