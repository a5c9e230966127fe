"""Writing through the guard: registering, changing a group. Each ends in one durable journal entry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from beffroi.client import Conversation, Refused, calls
from beffroi.client.answers import Created, Registered, Session
from beffroi.core.identifying import Identifying
from beffroi.systems.cases import rights

History = Callable[[Mapping[str, Any], Mapping[str, Any], Sequence[str]], Mapping[str, Any]]


def register(
    conversation: Conversation,
    session: Session,
    fields: Mapping[str, Mapping[str, str]],
    *,
    distinct_from: Sequence[str] = (),
) -> Created | Refused:
    """Create a file; refused as a duplicate when somebody like that is known."""
    purpose = rights.purpose_of(session, "create")
    return conversation.ask(calls.create(purpose, fields, distinct_from=distinct_from))


def change(
    conversation: Conversation,
    session: Session,
    person: str,
    group: str,
    values: Mapping[str, str],
    *,
    shown: Sequence[str],
    version: int,
    distinct_from: Sequence[str] = (),
    history: History | None = None,
) -> Registered | Refused:
    """Replace the ``shown`` fields of a group and keep the others, if the file is still at ``version``.

    Refused as a duplicate when that gives it the name or the number of somebody else. ``history`` gives the fields
    that keep what the group said before.
    """
    opened = conversation.ask(calls.open_file(person, rights.purpose_of(session, "open"), [group]))
    if isinstance(opened, Refused):
        return opened
    before = in_clear(opened.fields.get(group, {}))
    hidden = {name: value for name, value in before.items() if name not in shown}
    fields: dict[str, dict[str, Any]] = {group: {**hidden, **values}}
    if history is not None:
        fields[group] |= history(before, values, shown)
    purpose = rights.purpose_of(session, "update")
    return conversation.ask(calls.update(person, purpose, fields, version=version, distinct_from=distinct_from))


def revise(
    conversation: Conversation,
    session: Session,
    person: str,
    group: str,
    change: Callable[[dict[str, Any]], dict[str, Any] | None],
    *,
    version: int | None = None,
) -> Registered | Refused | None:
    """Change a group as it now is, if nobody else does meanwhile; None, and nothing written, when ``change`` is.

    ``version`` is that of the file a page showed: refused if it has changed since. An empty group is taken away.
    """
    opened = conversation.ask(calls.open_file(person, rights.purpose_of(session, "open"), [group]))
    if isinstance(opened, Refused):
        return opened
    changed = change(in_clear(opened.fields.get(group, {})))
    if changed is None:
        return None
    purpose = rights.purpose_of(session, "update")
    return conversation.ask(
        calls.update(person, purpose, {group: changed or None}, version=version or opened.version)
    )


def in_clear(value: Any) -> Any:
    """The values of an opened group as they are sent back."""
    if isinstance(value, Identifying):
        return value.reveal()
    if isinstance(value, Mapping):
        return {name: in_clear(one) for name, one in value.items()}
    if isinstance(value, list):
        return [in_clear(one) for one in value]
    return value
