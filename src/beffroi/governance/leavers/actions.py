"""What the pages do, each through the guard."""

from beffroi.client import Conversation, Refused, leaving
from beffroi.client.leaving import Applied, Imported

MOST_CALLS = 40
"""Calls of fifty accounts that one press of a button makes at most."""


def apply(conversation: Conversation, text: str) -> Imported | Refused:
    """Apply a personnel file to its end; the counts of all calls together. A refusal half-way is returned."""
    done = Applied(0, 0, 0, 0)
    first: Imported | None = None
    for _ in range(MOST_CALLS):
        answer = conversation.ask(leaving.personnel_file(text, apply=True))
        if isinstance(answer, Refused):
            return answer
        first = first or answer
        part = answer.applied or Applied(0, 0, 0, 0)
        done = Applied(
            done.left + part.left, done.waiting + part.waiting, done.shortened + part.shortened, part.remaining
        )
        if not part.remaining:
            break
    assert first is not None
    return Imported(first.now, first.later, first.unknown, first.problems, done)
