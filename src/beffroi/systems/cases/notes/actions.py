"""Writing notes and steps through the guard, which keeps them; days of steps go to the console's rows too."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from beffroi.client import Conversation, Refused
from beffroi.client.answers import Registered, Session
from beffroi.core import casefile
from beffroi.core.casefile import Step
from beffroi.systems.cases.actions import revise
from beffroi.systems.cases.appointments.queries import desk_of
from beffroi.systems.cases.models import DueStep

Numbered = dict[str, Any]


def add_note(
    conversation: Conversation, session: Session, person: str, group: str, text: str, *, outline: str = ""
) -> Registered | Refused | None:
    """Append a note to a group; of two agents who write at once, one is asked to save again."""

    def append(values: dict[str, Any]) -> dict[str, Any]:
        note = {"at": _now(), "text": text, "author": session.account}
        if outline:
            note["outline"] = outline
        return {**values, "notes": [*values.get("notes", []), note]}

    return revise(conversation, session, person, group, append)


def correct_note(
    conversation: Conversation, session: Session, person: str, group: str, number: int, text: str
) -> Registered | Refused | None:
    """Give a note another wording and keep the one it had; None when there is no such note."""

    def correct(note: Numbered) -> Numbered:
        if note["text"] == text:
            return note
        earlier = [*note.get("earlier", []), {"until": _now(), "text": note["text"]}]
        return {**note, "text": text, "earlier": earlier}

    return revise(conversation, session, person, group, _at("notes", number, correct))


def add_step(
    conversation: Conversation, session: Session, person: str, label: str, by: str, due_on: date
) -> Registered | Refused | None:
    """Append a step to do; its day goes to the agent's list, its words do not."""
    identifier = uuid4()

    def append(values: dict[str, Any]) -> dict[str, Any]:
        step = {
            "id": str(identifier), "label": label, "status": Step.TO_DO.value, "author": session.account,
            "added_at": _now(), "by": by, "account": session.account, "due_on": due_on.isoformat(),
        }  # fmt: skip
        return {**values, "actions": [*values.get("actions", []), step]}

    answer = revise(conversation, session, person, "followup", append)
    if isinstance(answer, Registered):
        _keep(session, person, identifier, session.account, due_on, Step.TO_DO)
    return answer


def move_step(
    conversation: Conversation, session: Session, person: str, number: int, state: Step
) -> Registered | Refused | None:
    """Say where a step stands now; None when there is no such step, or it cannot go there."""
    moved: dict[str, Any] = {}

    def move(step: Numbered) -> Numbered | None:
        if not casefile.may_move(step["status"], state.value):
            return None
        moved.update(step)
        return {**step, "status": state.value, "at": timezone.localdate().isoformat()}

    answer = revise(conversation, session, person, "followup", _at("actions", number, move))
    if isinstance(answer, Registered) and {"id", "account", "due_on"} <= moved.keys():
        day = date.fromisoformat(moved["due_on"])
        _keep(session, person, UUID(moved["id"]), moved["account"], day, state)
    return answer


def _at(
    name: str, number: int, change: Callable[[Numbered], Numbered | None]
) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    """Changes one entry of a list by its place."""

    def apply(values: dict[str, Any]) -> dict[str, Any] | None:
        entries = list(values.get(name, []))
        if number >= len(entries):
            return None
        changed = change(entries[number])
        if changed is None:
            return None
        entries[number] = changed
        return {**values, name: entries}

    return apply


def _keep(session: Session, person: str, identifier: UUID, account: str, due_on: date, state: Step) -> None:
    desk = desk_of(session)
    DueStep.objects.update_or_create(
        id=identifier,
        defaults={
            "person": UUID(person),
            "organisation": UUID(desk.organisation),
            "account": UUID(account),
            "due_on": due_on,
            "state": state.value,
            "changed_by": UUID(desk.account),
            "changed_at": timezone.now(),
        },
    )


def _now() -> str:
    return casefile.written(datetime.now(UTC))
