"""The console's rows about people who were erased go: the guard says which random ids are of nobody any more.

There is no process of the console's own for it: whoever signs in, looks at the lists of files to erase or erases
one has it asked, once a minute at most. Each process begins with the first erasure there ever was, so that a restored
console forgets again what it had forgotten.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

import beffroi.systems.cases.api as cases
import beffroi.systems.prescriptions.api as prescriptions
import beffroi.systems.trainings.api as trainings
from beffroi.client import Conversation, Refused, erasing
from beffroi.client.transport import GuardUnavailable

_LOG: Final = logging.getLogger("beffroi.console")
EVERY: Final = 60.0
"""Seconds between two questions of a process; none while there is more to forget."""
ASKING: Final = frozenset({"directory:start", "erasing:lists", "cases:person_erasure"})
"""Views after which it is asked."""
_FIRST: Final = (datetime(2000, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")


class Forgetting:
    """Where this process has come to. One thread asks at a time; the others go on with their pages."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._next = 0.0
        self._reached = _FIRST

    def go_on(self, conversation: Conversation) -> int:
        """Ask for the next people when it is time, and delete what is kept of them; how many rows went."""
        if self._clock() < self._next or not self._turn.acquire(blocking=False):
            return 0
        try:
            page = conversation.ask(erasing.gone(*self._reached))
            self._next = self._clock() + EVERY
            if isinstance(page, Refused) or not page.rows:
                return 0
            people = [row.person for row in page.rows]
            done = cases.forget(people) + trainings.forget(people) + prescriptions.forget(people)
            self._reached = (page.rows[-1].erased_at, page.rows[-1].person)
            if page.more:
                self._next = 0.0
            return done
        finally:
            self._turn.release()


class Forget:
    """Middleware, inside the one that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._forgetting = Forgetting()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page first; what is to be forgotten delays it by one question, and never fails it."""
        response = self._get_response(request)
        view, conversation = request.resolver_match, getattr(request, "conversation", None)
        asking = view is not None and view.view_name in ASKING
        if asking and isinstance(conversation, Conversation) and getattr(request, "described", None) is not None:
            try:
                self._forgetting.go_on(conversation)
            except (GuardUnavailable, DatabaseError) as error:
                _LOG.error("forgetting failed: %s", type(error).__name__)
        return response
