"""Writing a payment through the guard, which keeps every one that was ever written."""

from datetime import UTC, date, datetime
from typing import Any

from beffroi.client import Conversation, Refused
from beffroi.client.answers import Registered, Session
from beffroi.core import casefile
from beffroi.systems.cases.actions import revise


def note(
    conversation: Conversation,
    session: Session,
    person: str,
    *,
    programme: str,
    month: str,
    cents: int,
    paid_on: date | None,
    corrects: int | None,
) -> Registered | Refused | None:
    """Append a payment; None when there is none in the place it would put right."""

    def append(values: dict[str, Any]) -> dict[str, Any] | None:
        known = values.get("payments", [])
        if corrects is not None and corrects >= len(known):
            return None
        payment: dict[str, Any] = {
            "at": casefile.written(datetime.now(UTC)), "author": session.account, "programme": programme,
            "month": month, "cents": cents,
        }  # fmt: skip
        if paid_on is not None:
            payment["paid_on"] = paid_on.isoformat()
        if corrects is not None:
            payment["corrects"] = corrects
        return {**values, "payments": [*known, payment]}

    return revise(conversation, session, person, "followup", append)
