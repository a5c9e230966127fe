"""To the guard and back: sign-in, step-up, sign-out. The console never sees a password nor a second factor."""

import secrets
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.directory.web import cookies
from beffroi.governance.directory.web.access import open_before_choice, open_to_everybody, own_path
from beffroi.governance.directory.web.cookies import Waiting
from beffroi.governance.directory.web.middleware import guard_of_settings

GUARD_PAGES = ("step-up", "approvals", "proofs")
"""Pages of the guard that a session's browser may be sent to, beside the sign-in."""


def return_address() -> str:
    """The only address the guard sends a browser back to."""
    return f"{settings.DIRECTORY_CONSOLE_URL}{reverse('directory:return')}"


@open_to_everybody
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: what this is, and the way in; whoever is signed in goes on to work."""
    if cookies.read_handle(request) is not None:
        return HttpResponseRedirect(reverse(settings.DIRECTORY_HOME))
    return render(request, "directory/welcome.html")


@open_to_everybody
@require_GET
def depart(request: HttpRequest) -> HttpResponse:
    """Leave for the guard's sign-in, with a state that only this browser can bring back."""
    path = own_path(request.GET.get("suite"), reverse(settings.DIRECTORY_HOME))
    return _leave_for(request, f"{settings.DIRECTORY_GUARD_URL}/sign-in", Waiting(secrets.token_urlsafe(32), path))


@open_to_everybody
@require_POST
def depart_keeping(request: HttpRequest) -> HttpResponse:
    """Leave for a sign-in or a step-up from a page of refusal, keeping the form that was being sent.

    The address of a step-up, or of whatever else is done on the guard's own pages, comes back through the agent's own
    form: it must be the guard's.
    """
    form = [
        (name.removeprefix("champ-"), value)
        for name, values in request.POST.lists()
        if name.startswith("champ-")
        for value in values
    ]
    path = own_path(request.POST.get("suite"), reverse(settings.DIRECTORY_HOME))
    waiting = Waiting(secrets.token_urlsafe(32), path, tuple(form) or None)
    if request.POST.get("action") != "step-up":
        return _leave_for(request, f"{settings.DIRECTORY_GUARD_URL}/sign-in", waiting)
    url = request.POST.get("adresse", "")
    if not url.startswith(tuple(f"{settings.DIRECTORY_GUARD_URL}/{page}?" for page in GUARD_PAGES)):
        return HttpResponseBadRequest()
    return _leave_for(request, url, waiting)


def leave_for(request: HttpRequest, url: str, path: str) -> HttpResponse:
    """Leave for a page of the guard, to come back to ``path``. Raises ValueError for an address of anybody else's."""
    if not url.startswith(f"{settings.DIRECTORY_GUARD_URL}/"):
        raise ValueError("only the guard's own pages are left for")
    return _leave_for(request, url, Waiting(secrets.token_urlsafe(32), own_path(path)))


def _leave_for(request: HttpRequest, url: str, waiting: Waiting) -> HttpResponse:
    fields = {
        "application": settings.DIRECTORY_APPLICATION,
        "return_to": return_address(),
        "state": waiting.state,
    }
    joint = "&" if urlsplit(url).query else "?"
    response = HttpResponseRedirect(f"{url}{joint}{urlencode(fields)}")
    cookies.write_waiting(response, waiting)
    if cookies.device_of(request) is None:
        cookies.write_device(response)
    return response


@open_to_everybody
@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """Come back from the guard: with a code after a sign-in, with the state alone after a step-up."""
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    waiting = cookies.read_waiting(request, state) if 0 < len(state) <= 512 else None
    if waiting is None:
        # Somebody else's return, or one that took too long: begin again, nothing is lost but time.
        return render(request, "directory/lost_return.html", status=400)
    if not code:
        return _resume(request, waiting)
    begun = guard_of_settings().ask(calls.redeem(code, cookies.fingerprint(request), state))
    if isinstance(begun, Refused):
        response = render(request, "directory/lost_return.html", status=400)
    else:
        response = _resume(request, waiting)
        cookies.write_handle(response, begun.handle)
    cookies.forget_waiting(request, response, state)
    return response


def _resume(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """Exactly where the agent was: the page, or the form that was being sent, ready to be sent."""
    if waiting.form is None:
        response: HttpResponse = HttpResponseRedirect(waiting.path)
    else:
        response = render(request, "directory/resume.html", {"fields": waiting.form, "path": waiting.path})
    cookies.forget_waiting(request, response, waiting.state)
    return response


@open_before_choice
@require_POST
def leave(request: AgentRequest) -> HttpResponse:
    """Sign out of this session, then of the identity provider."""
    return _leave(request, everywhere=False)


@open_before_choice
@require_POST
def leave_everywhere(request: AgentRequest) -> HttpResponse:
    """End every session of this agent, in every application."""
    return _leave(request, everywhere=True)


def _leave(request: AgentRequest, *, everywhere: bool) -> HttpResponse:
    ended = request.conversation.ask(calls.end_all() if everywhere else calls.end())
    if isinstance(ended, Refused):
        return RefusalAnswer(ended)
    response = HttpResponseRedirect(ended.logout_url or reverse("directory:home"))
    cookies.forget_handle(response)
    return response
