"""Writing the legal representatives of a file, as its page showed them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from beffroi.client import Conversation, Refused
from beffroi.client.answers import Registered, Session
from beffroi.systems.cases.actions import revise
from beffroi.systems.cases.representatives.reading import MOST, Representative, group_of, representatives_of

GROUP = "legal_representative"
_Change = Callable[[list[Representative]], Sequence[Representative] | None]


def put(
    conversation: Conversation, session: Session, person: str, one: Representative, version: int
) -> Registered | Refused | None:
    """Write one in its place, or after the last; None when there are enough or no such place."""

    def change(each: list[Representative]) -> Sequence[Representative] | None:
        if one.number > len(each) or one.number >= MOST:
            return None
        each[one.number : one.number + 1] = [one]
        return [replace(other, letters=False) if one.letters and other is not one else other for other in each]

    return _rewrite(conversation, session, person, version, change)


def remove(
    conversation: Conversation, session: Session, person: str, number: int, version: int
) -> Registered | Refused | None:
    """Take one away; letters then go to the first who is left. None when there is no such place."""

    def change(each: list[Representative]) -> Sequence[Representative] | None:
        return None if number >= len(each) else [one for one in each if one.number != number]

    return _rewrite(conversation, session, person, version, change)


def _rewrite(
    conversation: Conversation, session: Session, person: str, version: int, change: _Change
) -> Registered | Refused | None:
    def apply(values: dict[str, Any]) -> dict[str, Any] | None:
        changed = change(list(representatives_of(values)))
        if changed is None:
            return None
        if changed and not any(one.letters for one in changed):
            changed = [replace(changed[0], letters=True), *changed[1:]]
        return group_of(changed)

    return revise(conversation, session, person, GROUP, apply, version=version)
