"""Which views are open to everybody, and what a page knows of the agent."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from beffroi.client.answers import Session

AnyView = TypeVar("AnyView", bound=Callable[..., object])
_OPEN = "open_to_everybody"
_UNCHOSEN = "open_before_a_membership_is_chosen"


def open_to_everybody(view: AnyView) -> AnyView:
    """Mark a view that a visitor may see; every other one needs a live session."""
    setattr(view, _OPEN, True)
    return view


def open_before_choice(view: AnyView) -> AnyView:
    """Mark a view that an agent may see before choosing a membership."""
    setattr(view, _UNCHOSEN, True)
    return view


def is_open(view: object) -> bool:
    """Whether `open_to_everybody` marked it."""
    return getattr(view, _OPEN, False) is True


def is_open_before_choice(view: object) -> bool:
    """Whether `open_before_choice` marked it."""
    return getattr(view, _UNCHOSEN, False) is True


def described(request: HttpRequest) -> Session | None:
    """The session of the agent who asks for this page, None for a visitor."""
    return getattr(request, "described", None)


def own_path(text: str | None, otherwise: str = "/") -> str:
    """A path of this site to go on to, whatever somebody wrote in the address."""
    if text and text.startswith("/") and len(text) <= 1_000 and url_has_allowed_host_and_scheme(text, None):
        return text
    return otherwise
