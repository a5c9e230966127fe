"""Bodies of the doors of exports."""

from typing import Annotated

from msgspec import Meta

from beffroi.core.policy_file import MOST_EXPORTED
from beffroi.guard.web import bodies


class Exporting(bodies.Strict, frozen=True):
    """Body of /v1/exports/ask and /v1/exports/alone: whom, which groups, for which purpose and reason."""

    purpose: bodies.Code
    groups: bodies.GroupNames
    reason: bodies.Code
    people: Annotated[tuple[bodies.PersonText, ...], Meta(min_length=1, max_length=MOST_EXPORTED)]


class Purposed(bodies.Strict, frozen=True):
    """Body of /v1/exports/mine."""

    purpose: bodies.Code


class OneExport(bodies.Strict, frozen=True):
    """Body of /v1/exports/agreed and /v1/exports/withdraw: a request of one's own."""

    purpose: bodies.Code
    request: bodies.PersonText


class Marked(bodies.Strict, frozen=True):
    """Body of /v1/exports/trace: the mark of a copy, as somebody typed it."""

    mark: Annotated[str, Meta(min_length=1, max_length=40)]
