"""To the guard and back, for people: the console learns a handle, and never who it is."""

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, personal
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web import presence, refusals
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space


@directory.open_to_everybody
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this space is for, and the way in."""
    if presence.read_handle(request) is not None:
        return HttpResponseRedirect(reverse("transparency:consultations"))
    return render(request, "transparency/home.html")


@directory.open_to_everybody
@require_GET
def depart(request: HttpRequest) -> HttpResponse:
    """Leave for the provider, by way of the guard."""
    return _depart(request, "/person/sign-in")


@directory.open_to_everybody
@require_GET
def depart_with_code(request: HttpRequest) -> HttpResponse:
    """Leave for the guard's page that takes a code handed over at the office."""
    return _depart(request, "/person/invitation")


def _depart(request: HttpRequest, way: str) -> HttpResponse:
    """Leave for the guard, with a state that only this browser can bring back."""
    waiting = directory.Waiting(secrets.token_urlsafe(32), reverse("transparency:consultations"))
    fields = {
        "application": settings.DIRECTORY_APPLICATION,
        "return_to": f"{settings.DIRECTORY_CONSOLE_URL}{reverse('transparency:return')}",
        "state": waiting.state,
    }
    response = HttpResponseRedirect(f"{settings.DIRECTORY_GUARD_URL}{way}?{urlencode(fields)}")
    directory.write_waiting(response, waiting)
    if directory.device_of(request) is None:
        directory.write_device(response)
    return response


@directory.open_to_everybody
@require_GET
def arrive(request: HttpRequest) -> HttpResponse:
    """Come back from the guard with a code, once."""
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    waiting = directory.read_waiting(request, state) if 0 < len(state) <= 512 else None
    if waiting is None or not 0 < len(code) <= 100:
        return render(request, "transparency/lost_return.html", status=400)
    begun = directory.guard_of_settings().ask(personal.redeem(code, directory.fingerprint(request), state))
    if isinstance(begun, Refused):
        response = render(request, "transparency/lost_return.html", status=400)
    else:
        response = HttpResponseRedirect(waiting.path)
        presence.write_handle(response, begun.handle)
    directory.forget_waiting(request, response, state)
    return response


@require_POST
@in_own_space
def leave(request: PersonRequest) -> HttpResponse | Refused:
    """Sign out here, then of the provider."""
    ended = request.conversation.ask(personal.end())
    if isinstance(ended, Refused):
        if ended.code not in refusals.OVER:
            return ended
        response = HttpResponseRedirect(reverse("transparency:home"))
    else:
        response = HttpResponseRedirect(ended.logout_url)
    presence.forget_handle(response)
    return response
