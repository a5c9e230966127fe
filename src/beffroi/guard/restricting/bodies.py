"""Bodies of the doors of this room. The purpose is always the one of the law: no other role answers people."""

from datetime import date

from beffroi.guard.web import bodies


class Beginning(bodies.Strict, frozen=True):
    """Body of /v1/restrictions/begin; ``request`` is the person's, where one was registered."""

    person: bodies.PersonText
    ground: bodies.Code
    request: bodies.PersonText | None = None


class Lifting(bodies.Strict, frozen=True):
    """Body of /v1/restrictions/lift; the day on which the person was told that it ends."""

    restriction: bodies.PersonText
    told_on: date


class Nothing(bodies.Strict, frozen=True):
    """Body of /v1/restrictions/list."""
