"""What the vault's records hold that stays written, as core/casefile.py compares it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

import msgspec

from beffroi.core.casefile import Earlier, Entry, Objection, objection, too_much
from beffroi.guard.vault.records import (
    Change,
    FollowedAction,
    Followup,
    Note,
    Payment,
    Record,
    SensitiveFollowup,
    Situation,
)

GROUPS: Final = frozenset({"situation", "followup", "sensitive_followup"})
"""Groups that hold such things."""


def objected(before: Record | None, after: Record | None, account: str, now: datetime, most: int) -> Objection | None:
    """Why an account may not put ``after`` in the place of ``before`` at ``now``: see core/casefile.py.

    ``most`` is what one account may write in a group in 24 hours, in bytes.
    """
    was, becomes = _lists(before), _lists(after)
    for name in sorted({*was, *becomes}):
        found = objection(was.get(name, ()), becomes.get(name, ()), account, now)
        if found is not None:
            return found
    if too_much(chain.from_iterable(was.values()), chain.from_iterable(becomes.values()), account, now, most):
        return Objection.TOO_MUCH
    return None


def _lists(record: Record | None) -> Mapping[str, Sequence[Entry]]:
    match record:
        case Followup():
            return {
                "notes": [_note(each) for each in record.notes],
                "actions": [_action(each) for each in record.actions],
                "payments": [_whole(each) for each in record.payments],
            }
        case SensitiveFollowup():
            return {"notes": [_note(each) for each in record.notes]}
        case Situation():
            return {"changes": [_whole(each) for each in record.changes]}
        case _:
            return {}


def _note(note: Note) -> Entry:
    earlier = tuple(Earlier(each.until, each.text) for each in note.earlier)
    return Entry(note.at, note.author or "", note.outline or "", note.text, earlier)


def _action(action: FollowedAction) -> Entry:
    """A step: what was agreed is fixed; only where it stands, and since which day, moves."""
    fixed = _said([action.label, action.id, action.by, action.account, action.due_on])
    return Entry(action.added_at or "", action.author or "", fixed, step=action.status)


def _whole(entry: Change | Payment) -> Entry:
    return Entry(entry.at, entry.author, _said(entry))


def _said(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
