"""A decision as /v1/release and /v1/releases tell it: the type, and its JSON written without making one of it."""

from functools import lru_cache
from typing import Final, Literal

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.fields import names
from beffroi.guard.decisions.asks import Granted, Outcome
from beffroi.guard.web import problems

_encode: Final = msgspec.json.Encoder().encode


class Released(msgspec.Struct, frozen=True, omit_defaults=True):
    """Answer of /v1/release, and of each item of /v1/releases; ``code`` is ``granted`` or the refusal's."""

    outcome: Literal["allow", "deny"]
    code: str
    groups: tuple[str, ...]
    entry: int | None = None
    span: str | None = None
    status: int | None = None


class ReleasedAll(msgspec.Struct, frozen=True):
    """Answer of /v1/releases, in the order of the items."""

    results: list[Released]


def result(outcome: Outcome) -> Released:
    """A decision as /v1/release tells it."""
    if isinstance(outcome, Granted):
        return Released("allow", "granted", names(outcome.groups), outcome.entry)
    if isinstance(outcome, Refusal):
        code = outcome.code.value
        return Released("deny", code, (), None, outcome.span, problems.status_of(code))
    return Released("deny", outcome.value, (), None, None, problems.status_of(outcome.value))


def written(outcome: Outcome) -> bytes:
    """The JSON of :func:`result`. All allows of the same groups are alike but for the entry."""
    if isinstance(outcome, Granted) and outcome.entry is not None:
        return b"%b%d}" % (_allowed(outcome.groups), outcome.entry)
    return _encode(result(outcome))


def written_all(outcomes: list[Outcome]) -> bytes:
    """The JSON of a :class:`ReleasedAll` of these outcomes."""
    return b'{"results":[%b]}' % b",".join(map(written, outcomes))


@lru_cache(maxsize=256)
def _allowed(groups: int) -> bytes:
    """What comes before the number of the entry."""
    return _encode(Released("allow", "granted", names(groups), 0)).removesuffix(b"0}")
