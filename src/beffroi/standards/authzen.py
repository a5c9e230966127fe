"""OpenID AuthZEN Authorization API 1.0: evaluation, evaluations and metadata, without any network.

https://openid.net/specs/authorization-api-1_0.html. Search endpoints (section 8) are not offered; every departure
is admitted in docs/departures/authzen.md.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"
METADATA: Final = "/.well-known/authzen-configuration"
MOST: Final = 50
"""Evaluations of one call."""

Text = Annotated[str, Meta(max_length=256)]
Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]


class Subject(msgspec.Struct, frozen=True):
    """Who would act (section 5.1)."""

    type: Text
    id: Text
    properties: dict[str, object] | None = None


class Resource(msgspec.Struct, frozen=True):
    """On what (section 5.2)."""

    type: Text
    id: Text
    properties: dict[str, object] | None = None


class Action(msgspec.Struct, frozen=True):
    """Doing what (section 5.3)."""

    name: Text
    properties: dict[str, object] | None = None


class Evaluation(msgspec.Struct, frozen=True):
    """One question (section 6.1); members absent from an item of a batch come from the batch (section 7.1.1)."""

    subject: Subject | None = None
    action: Action | None = None
    resource: Resource | None = None
    context: dict[str, object] | None = None


class Options(msgspec.Struct, frozen=True):
    """How a batch is worked through (section 7.1.2)."""

    evaluations_semantic: Semantic = "execute_all"


class Evaluations(msgspec.Struct, frozen=True):
    """A batch of questions with defaults (section 7.1); without ``evaluations`` it is one question."""

    subject: Subject | None = None
    action: Action | None = None
    resource: Resource | None = None
    context: dict[str, object] | None = None
    evaluations: Annotated[tuple[Evaluation, ...], Meta(max_length=MOST)] = ()
    options: Options = Options()


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer (section 5.5): the decision and, for a denial, why."""

    decision: bool
    context: dict[str, object] | None = None


class Decisions(msgspec.Struct, frozen=True):
    """The answers to a batch, in its order (section 7.2)."""

    evaluations: list[Decision]


def spread(batch: Evaluations) -> list[Evaluation]:
    """The questions of a batch, each whole: its own members, else the batch's (section 7.1.1)."""
    if not batch.evaluations:
        return [Evaluation(batch.subject, batch.action, batch.resource, batch.context)]
    return [
        Evaluation(
            one.subject or batch.subject,
            one.action or batch.action,
            one.resource or batch.resource,
            one.context if one.context is not None else batch.context,
        )
        for one in batch.evaluations
    ]


def cut(decisions: Sequence[Decision], semantic: Semantic) -> list[Decision]:
    """What is answered: all, or up to and including the first denial, or the first permit (section 7.1.2)."""
    if semantic == "execute_all":
        return list(decisions)
    ends = semantic == "permit_on_first_permit"
    kept: list[Decision] = []
    for one in decisions:
        kept.append(one)
        if one.decision is ends:
            break
    return kept


def metadata(base: str) -> dict[str, object]:
    """The policy decision point's metadata (section 9.1); ``base`` is its URL without a trailing slash."""
    return {
        "policy_decision_point": base,
        "access_evaluation_endpoint": base + EVALUATION,
        "access_evaluations_endpoint": base + EVALUATIONS,
    }
