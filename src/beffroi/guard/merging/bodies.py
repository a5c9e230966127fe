"""Bodies of the doors of this room."""

from typing import Annotated

from msgspec import Meta

from beffroi.guard.web import bodies

Version = Annotated[int, Meta(ge=1, le=2_147_483_647)]


class Purposed(bodies.Strict, frozen=True):
    """Body of /v1/merges/list."""

    purpose: bodies.Code


class Comparing(bodies.Strict, frozen=True):
    """Body of /v1/merges/preview: the file that would stay, and the one that would go into it."""

    purpose: bodies.Code
    stays: bodies.PersonText
    goes: bodies.PersonText


class Merging(bodies.Strict, frozen=True):
    """Body of /v1/merges/make: ``take`` are the groups that the file which stays has from the other.

    Groups that only the other has come along, and so do its notes. The versions are those that were compared.
    """

    purpose: bodies.Code
    stays: bodies.PersonText
    goes: bodies.PersonText
    stays_version: Version
    goes_version: Version
    take: bodies.GroupNames = ()


class OneMerge(bodies.Strict, frozen=True):
    """Body of /v1/merges/undo."""

    purpose: bodies.Code
    merge: bodies.PersonText
