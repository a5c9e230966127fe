"""Who is in the personal space: a handle in a cookie of its own, that opens no page of agents.

Each of these pages is open to everybody as far as agents' sign-in goes, and asks the guard with the person's handle
or not at all.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from beffroi.client import Conversation, Refused, Speaker
from beffroi.core.identifying import Identifying
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web import refusals

_PURPOSE = "person-handle"


class PersonRequest(HttpRequest):
    """A request from somebody whose browser holds a person's handle; ``conversation`` asks the guard with it."""

    conversation: Conversation


View = Callable[[PersonRequest], HttpResponse | Refused]


def cookie() -> str:
    """Name of the cookie that holds the handle, sealed."""
    return f"{settings.DIRECTORY_COOKIE_PREFIX}beffroi-personne"


def read_handle(request: HttpRequest) -> Identifying | None:
    """The person's handle that this browser holds."""
    sealed = request.COOKIES.get(cookie())
    text = None if sealed is None else directory.unseal(settings.SECRET_KEY, _PURPOSE, sealed)
    return None if text is None else Identifying(text)


def write_handle(response: HttpResponse, handle: Identifying) -> None:
    """Hand the handle to the browser, until it is closed."""
    _write(response, directory.seal(settings.SECRET_KEY, _PURPOSE, handle.reveal()), None)


def forget_handle(response: HttpResponse) -> None:
    """Take it back."""
    _write(response, "", 0)


def _write(response: HttpResponse, value: str, seconds: int | None) -> None:
    response.set_cookie(
        cookie(), value, max_age=seconds, path="/", secure=bool(settings.DIRECTORY_COOKIE_PREFIX), httponly=True,
        samesite="Lax",
    )  # fmt: skip


def in_own_space(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Let in who holds a person's handle; what the guard refuses becomes a page of this space."""

    @directory.open_to_everybody
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        handle = read_handle(request)
        if handle is None:
            return HttpResponseRedirect(reverse("transparency:home"))
        language = "en" if (get_language() or "").startswith("en") else "fr"
        speaker = Speaker(handle, directory.fingerprint(request), language)
        request.conversation = Conversation(directory.guard_of_settings(), speaker)  # type: ignore[attr-defined]
        response = view(request)  # type: ignore[arg-type]
        if isinstance(response, Refused):
            over = response.code in refusals.OVER
            response = refusals.page(request, response)
            if over:
                forget_handle(response)
        response["cache-control"] = "no-store"
        return response

    return answered
