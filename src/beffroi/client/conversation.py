"""Calls made for one person's session, one after the other, as a web page makes them."""

from typing import TypeVar

from beffroi.client import calls
from beffroi.client.answers import Refused, Session
from beffroi.client.calls import Call
from beffroi.client.synchronous import Guard
from beffroi.client.transport import Speaker

Answer = TypeVar("Answer")


class Conversation:
    """A guard and on whose behalf it is asked. ``asked`` counts the calls, which a page keeps few.

    One page uses it in one thread; the session's description is asked once and kept for that page alone.
    """

    def __init__(self, guard: Guard, speaker: Speaker) -> None:
        self._guard = guard
        self._speaker = speaker
        self._session: Session | Refused | None = None
        self.asked = 0

    def ask(self, call: Call[Answer]) -> Answer | Refused:
        """Carry one call. Raises :class:`GuardUnavailable`; a refusal is returned."""
        self.asked += 1
        return self._guard.ask(call, self._speaker)

    @property
    def session(self) -> Session | Refused:
        """The session's description: whose, under which membership, what is spent. Raises GuardUnavailable."""
        if self._session is None:
            self._session = self.ask(calls.session())
        return self._session

    def __repr__(self) -> str:
        return f"Conversation(asked={self.asked})"
