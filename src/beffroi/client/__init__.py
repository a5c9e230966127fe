"""What a business application installs in order to ask the guard.

A *call* says what is asked (:mod:`beffroi.client.calls`), a *guard* carries it (:class:`Guard`, or
:class:`AsyncGuard` under asyncio). A refusal is a value, :class:`Refused`; only a guard that cannot be reached,
or an answer that is not of this interface, raises :class:`GuardUnavailable`.
"""

from beffroi.client.answers import Refused
from beffroi.client.asynchronous import AsyncGuard
from beffroi.client.calls import Call
from beffroi.client.conversation import Conversation
from beffroi.client.credentials import ApplicationKey
from beffroi.client.synchronous import Guard
from beffroi.client.transport import GuardUnavailable, Speaker

__all__ = ["ApplicationKey", "AsyncGuard", "Call", "Conversation", "Guard", "GuardUnavailable", "Refused", "Speaker"]
