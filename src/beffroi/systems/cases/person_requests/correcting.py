"""A correction that a person asked for: what a group would say, compared with what it says, then sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from beffroi.client import Conversation, Refused, calls
from beffroi.client.answers import Registered, Session
from beffroi.client.person_requests import PersonRequest
from beffroi.client.person_requests import correct as sent
from beffroi.core import casefile
from beffroi.core.person_rights import Article, State
from beffroi.systems.cases import rights
from beffroi.systems.cases.actions import in_clear
from beffroi.systems.cases.forms import EDITABLE
from beffroi.systems.cases.sections import SECTIONS, content, entries
from beffroi.systems.cases.situations.actions import edited

NOTED = ("followup", "sensitive_followup")
"""Groups of what agents wrote: they are contradicted by an addition, never rewritten."""
CORRECTABLE = (*(group for group in SECTIONS if group in EDITABLE or group == "legal_representative"), *NOTED)


@dataclass(frozen=True, repr=False)
class Line:
    """One field, as it is and as it would be, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, repr=False)
class Proposal:
    """What would be sent; ``lines`` is empty where nothing changes."""

    fields: Mapping[str, Any]
    version: int | None
    lines: list[Line]


def is_corrected(row: PersonRequest) -> bool:
    """Whether this request is answered by corrections, now: the identity is checked, the answer not given."""
    return row.article == Article.RECTIFICATION and row.state == State.IN_PROGRESS


def groups_of(session: Session) -> list[str]:
    """Groups that this role may correct, in the order of the file."""
    writable = rights.writable(session)
    return [group for group in SECTIONS if group in CORRECTABLE and group in writable]


def proposed(
    conversation: Conversation,
    session: Session,
    person: str,
    group: str,
    values: Mapping[str, str],
    shown: Sequence[str],
) -> Proposal | Refused:
    """The ``shown`` fields of a group replaced, the others kept; the file is opened as it now is."""
    opened = conversation.ask(calls.open_file(person, rights.purpose_of(session, "open"), [group]))
    if isinstance(opened, Refused):
        return opened
    before = in_clear(opened.fields.get(group, {}))
    after = {**{name: value for name, value in before.items() if name not in shown}, **values}
    section = SECTIONS[group]
    lines = [
        Line(was.term, was.value, becomes.value)
        for was, becomes, old, new in zip(
            entries(section, before),
            entries(section, after),
            content(section, before),
            content(section, after),
            strict=True,
        )
        if old != new
    ]
    if group == "situation" and lines:
        after["changes"] = edited(session, before, values, shown)
    return Proposal({group: after or None}, opened.version, lines)


def contradicted(
    conversation: Conversation, session: Session, person: str, group: str, text: str
) -> Proposal | Refused:
    """A note beside those there are."""
    opened = conversation.ask(calls.open_file(person, rights.purpose_of(session, "open"), [group]))
    if isinstance(opened, Refused):
        return opened
    before = in_clear(opened.fields.get(group, {}))
    note = {"at": casefile.written(datetime.now(UTC)), "text": text, "author": session.account}
    after = {**before, "notes": [*before.get("notes", []), note]}
    return Proposal({group: after}, opened.version, [Line(str(SECTIONS[group].title), "", text)])


def send(
    conversation: Conversation,
    row: PersonRequest,
    proposal: Proposal,
    version: int | None,
    distinct_from: Sequence[str],
) -> Registered | Refused:
    """Have it corrected, if the file is still at ``version``."""
    return conversation.ask(
        sent(row.request, row.person, proposal.fields, version=version, distinct_from=distinct_from)
    )
