"""Every page but the marked ones stands behind a live session; every refusal of the guard becomes a page here.

Errors are translated once, at this edge: views return `RefusalAnswer` and know no page of refusal.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from beffroi.client import Conversation, Guard, GuardUnavailable, Refused, Speaker
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.directory.web import cookies, refusals
from beffroi.governance.directory.web.access import described, is_open, is_open_before_choice
from beffroi.ui import errors

_LOG = logging.getLogger("beffroi.directory")
Answer = Callable[[HttpRequest], HttpResponse]
WithoutGuard = Callable[[HttpRequest, str, str], HttpResponse | None]
"""A page for an account and an organisation, by their ids, that asks the guard nothing."""


@cache
def _factory(path: str) -> Callable[[], Guard]:
    return cast(Callable[[], Guard], import_string(path))


@cache
def _page(path: str) -> WithoutGuard:
    return cast(WithoutGuard, import_string(path))


def guard_of_settings() -> Guard:
    """The client that the composition root named in DIRECTORY_GUARD."""
    return _factory(settings.DIRECTORY_GUARD)()


def speak(request: HttpRequest) -> Conversation | None:
    """A conversation for the session this browser holds a handle of, live or not; None without a handle."""
    handle = cookies.read_handle(request)
    if handle is None:
        return None
    language = "en" if (get_language() or "").startswith("en") else "fr"
    return Conversation(guard_of_settings(), Speaker(handle, cookies.fingerprint(request), language))


class SignedIn:
    """Answers for the session before the view does, and for the refusal after it."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if isinstance(response, RefusalAnswer):
            response = refusals.page(request, response.refused)
        _note_desk(request, response)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        _args: Sequence[object],
        _named: Mapping[str, object],
    ) -> HttpResponse | None:
        """Stop here whoever has no live session or no membership chosen; None lets the view answer."""
        if is_open(view) or getattr(view, "__module__", "").startswith(("beffroi.ui.", "django.views.i18n")):
            return None
        conversation = speak(request)
        if conversation is None:
            return refusals.signed_out(request)
        agent = cast(AgentRequest, request)
        agent.conversation = conversation
        try:
            session = conversation.session
        except GuardUnavailable as unavailable:
            return _unavailable(request, unavailable)
        if isinstance(session, Refused):
            return refusals.page(request, session)
        agent.described = session
        if session.membership is None and not is_open_before_choice(view):
            return HttpResponseRedirect(f"{reverse('directory:choice')}?{refusals.after(request)}")
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A guard that does not answer is a page of its own; anything else is a bug."""
        return _unavailable(request, exception) if isinstance(exception, GuardUnavailable) else None


def _note_desk(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser remember whose session it holds, where that changed and nothing takes the session back."""
    session = described(request)
    membership = None if session is None else session.membership
    if session is None or membership is None or cookies.takes_handle_back(response):
        return
    desk = cookies.Desk(session.account, membership.organisation.id, session.expires_at)
    if cookies.read_desk(request) != desk:
        cookies.write_desk(response, desk)


def _unavailable(request: HttpRequest, why: GuardUnavailable) -> HttpResponse:
    """What the installation shows without the guard to whom it knows (DIRECTORY_WITHOUT_GUARD), or the plain page."""
    _LOG.error("%s", why)  # a kind of failure and a path, never a value
    desk = cookies.read_desk(request)
    shown = (
        None if desk is None else _page(settings.DIRECTORY_WITHOUT_GUARD)(request, desk.account, desk.organisation)
    )
    return errors.guard_unavailable(request) if shown is None else shown
