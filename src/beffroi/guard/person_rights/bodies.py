"""Bodies of the doors of this room. The purpose is always the one of the law: no other role has a register."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from beffroi.core.answering import LONGEST
from beffroi.guard.web import bodies

ArticleName = Literal["access", "rectification", "erasure", "restriction", "portability"]


class Registering(bodies.Strict, frozen=True):
    """Body of /v1/person-requests/register."""

    person: bodies.PersonText
    article: ArticleName
    received_on: date


class Moving(bodies.Strict, frozen=True):
    """Body of /v1/person-requests/move; a refusal takes a reason. ``text``: what the person is answered in words."""

    request: bodies.PersonText
    to: Literal["identified", "in-progress", "answered", "refused"]
    reason: bodies.Code | None = None
    text: Annotated[str, Meta(max_length=LONGEST)] | None = None


class Extending(bodies.Strict, frozen=True):
    """Body of /v1/person-requests/extend."""

    request: bodies.PersonText
    reason: bodies.Code


class OfPerson(bodies.Strict, frozen=True):
    """Body of /v1/person-requests/recipients and words: the request that is answered, and whose it is."""

    request: bodies.PersonText
    person: bodies.PersonText


class Nothing(bodies.Strict, frozen=True):
    """Body of /v1/person-requests/list."""
