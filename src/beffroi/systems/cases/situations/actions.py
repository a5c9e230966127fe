"""Writing a change of situation, and what an edited field said before."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone

from beffroi.client import Conversation, Refused
from beffroi.client.answers import Registered, Session
from beffroi.core import casefile
from beffroi.core.situations import Subject
from beffroi.systems.cases.actions import revise
from beffroi.systems.cases.situations.reading import FIELD, changes_of


def note(
    conversation: Conversation,
    session: Session,
    person: str,
    subject: Subject,
    code: str,
    on: date,
    *,
    text: str,
    corrects: int | None,
) -> Registered | Refused | None:
    """Append a change; None when what it would put right is no change of that subject."""

    def append(values: dict[str, Any]) -> dict[str, Any] | None:
        if corrects is not None and not any(
            each.number == corrects and each.subject is subject for each in changes_of(values)
        ):
            return None
        change: dict[str, Any] = {**_signed(session), "on": on.isoformat(), "subject": subject.value, "code": code}
        if text:
            change["text"] = text
        if corrects is not None:
            change["corrects"] = corrects
        return {**values, "changes": [*values.get("changes", []), change]}

    return revise(conversation, session, person, "situation", append)


def edited(
    session: Session, before: Mapping[str, Any], after: Mapping[str, Any], shown: Sequence[str]
) -> list[dict[str, Any]]:
    """The changes of a situation with one more for each field whose words change."""
    changes = list(before.get("changes", []))
    for field in shown:
        was, becomes = before.get(field) or "", after.get(field) or ""
        if was != becomes:
            change = {**_signed(session), "on": timezone.localdate().isoformat(), "subject": FIELD, "code": field}
            changes.append(change | {name: value for name, value in (("before", was), ("text", becomes)) if value})
    return changes


def _signed(session: Session) -> dict[str, Any]:
    return {"at": casefile.written(datetime.now(UTC)), "author": session.account}
